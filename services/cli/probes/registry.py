"""Which probe speaks for which clause."""

from collections.abc import Callable, Mapping
from typing import Final

from services.cli.probes import catalogue, intake, live, rest, units, values
from services.cli.probes.finding import Finding
from services.cli.probes.survey import Survey

Probe = Callable[[Survey], Finding]

PROBES: Final[Mapping[str, Probe]] = {
    "3.1.1": catalogue.kinds_are_told_apart,
    "4.1.1": catalogue.is_published,
    "4.1.2": catalogue.versions_are_dated,
    "4.2.1": intake.records_are_judged,
    "4.2.3": intake.a_duplicate_is_accepted_and_counts_once,
    "4.2.4": values.say_how_current_they_are,
    "4.2.5": live.all_tell_the_same,
    "4.2.6": rest.is_described,
    "4.3.1": values.rates_come_with_their_parts,
    "5.1.1": catalogue.domains_are_complete,
    "5.2.1": catalogue.metadata_is_complete,
    "5.3.1": catalogue.domains_have_outcomes,
    "5.4.3": intake.a_duplicate_is_accepted_and_counts_once,
    "5.4.7": intake.instants_need_an_offset,
    "6.1.1": catalogue.classes_are_named,
    "6.1.2": catalogue.public_service_is_live,
    "6.2.1": values.say_their_time,
    "6.3.1": values.say_their_calendar,
    "6.4.2": intake.the_future_is_refused,
    "7.1.1": values.carry_a_status,
    "7.1.2": values.map_their_level,
    "7.2.3": values.say_whether_they_are_final,
    "7.3.1": intake.records_are_judged,
    "7.3.2": intake.the_others_count,
    "7.3.3": intake.reasons_are_of_the_list,
    "7.5.1": values.missing_is_not_zero,
    "7.5.2": values.reasons_are_of_the_list,
    "8.1.2": values.rates_are_their_parts,
    "8.1.3": values.nothing_is_divided_by_zero,
    "8.1.4": catalogue.distributions_are_never_averaged,
    "8.1.5": values.changes_follow_the_table,
    "8.1.6": values.changes_of_shares_are_in_points,
    "8.2.1": values.rolling_windows_have_their_length,
    "8.2.2": values.periods_are_of_vietnam,
    "9.1.1": values.levels_are_of_the_scale,
    "9.1.2": catalogue.bounds_are_stated,
    "11.2.2": intake.accepted_means_stored,
    "11.2.3": intake.receipts_are_kept,
    "11.3.1": rest.pages_make_up_the_list,
    "11.3.2": rest.unchanged_is_304,
    "11.3.3": rest.errors_are_problems,
    "11.3.4": rest.is_described,
    "11.3.5": rest.tables_are_csv,
    "11.3.6": rest.values_are_found,
    "11.4.1": live.the_greeting_is_complete,
    "11.4.2": live.a_snapshot_comes_first,
    "11.4.3": live.resuming_is_whole,
    "11.4.5": live.mistakes_are_answered,
    "11.5.1": live.topics_are_named,
    "12.3.3": intake.what_only_the_centre_makes_is_refused,
    "12.5.2": rest.services_can_be_watched,
    "13.1.4": live.topics_are_kept,
    "15.1.1": units.keys_have_a_date,
    "15.1.2": units.the_list_of_the_reform,
    "15.1.3": units.a_code_means_the_unit_of_its_day,
    "15.1.4": values.units_are_dated,
    "15.1.5": units.later_changes_are_known,
    "16.2.1": catalogue.level_1_numbers,
    "16.2.2": catalogue.level_2_numbers,
    "16.2.3": catalogue.level_3_numbers,
    "16.2.4": catalogue.tasks_name_outcomes,
}


def judge(survey: Survey) -> dict[str, Finding]:
    """What each probe found, by its clause."""
    return {clause: _safely(probe, survey) for clause, probe in PROBES.items()}


def _safely(probe: Probe, survey: Survey) -> Finding:
    """A centre may answer anything; what a probe cannot read does not hold."""
    try:
        return probe(survey)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return Finding(holds=False, evidence=f"the answers have another form: {error!r}")
