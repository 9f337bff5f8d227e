"""The procedures that the simulated one-stop shops handle: our own list, with plausible codes.

`examples/procedures.csv` is this table for readers; a test holds the two equal.
"""

import csv
import io

import msgspec


class Procedure(msgspec.Struct, frozen=True):
    """One administrative procedure; `limit_hours` are working hours (a day has 8)."""

    code: str
    name_vi: str
    field_vi: str
    weight: int
    limit_hours: float
    svc_level: str
    paper_result: bool
    fee_vnd: int


CIVIL, COPIES = "Hộ tịch", "Chứng thực"
LAND, TRADE = "Đất đai", "Đăng ký kinh doanh"
SOCIAL, MERIT = "Bảo trợ xã hội", "Người có công"
BUILD, FARM = "Xây dựng", "Nông nghiệp"
HOME, SCHOOL = "Cư trú, nội vụ", "Giáo dục"

ROWS = (
    ("2.000815", "Chứng thực bản sao từ bản chính", COPIES, 240, 4, "partial", True, 8000),
    ("2.000884", "Chứng thực chữ ký", COPIES, 90, 4, "none", True, 10000),
    ("2.001035", "Chứng thực hợp đồng, giao dịch", COPIES, 45, 16, "none", True, 50000),
    ("2.000913", "Chứng thực việc sửa đổi giao dịch", COPIES, 6, 8, "none", True, 30000),
    ("1.001193", "Đăng ký khai sinh", CIVIL, 70, 8, "full", False, 0),
    ("1.000894", "Đăng ký kết hôn", CIVIL, 40, 16, "partial", True, 0),
    ("1.000656", "Đăng ký khai tử", CIVIL, 28, 8, "full", False, 0),
    ("1.004873", "Xác nhận tình trạng hôn nhân", CIVIL, 48, 24, "full", False, 15000),
    ("1.004859", "Thay đổi, cải chính hộ tịch", CIVIL, 22, 24, "full", True, 15000),
    ("2.000635", "Cấp bản sao trích lục hộ tịch", CIVIL, 95, 4, "full", False, 8000),
    ("1.004884", "Đăng ký lại khai sinh", CIVIL, 12, 40, "partial", True, 0),
    ("1.001022", "Đăng ký nhận cha, mẹ, con", CIVIL, 5, 24, "partial", True, 15000),
    (
        "2.000748",
        "Liên thông khai sinh, thường trú, thẻ bảo hiểm",
        CIVIL,
        36,
        32,
        "full",
        False,
        0,
    ),
    (
        "2.000528",
        "Đăng ký khai sinh có yếu tố nước ngoài",
        CIVIL,
        2,
        40,
        "partial",
        True,
        50000,
    ),
    ("1.012783", "Đăng ký biến động quyền sử dụng đất", LAND, 52, 80, "partial", True, 50000),
    ("1.012784", "Cấp đổi giấy chứng nhận đất", LAND, 30, 40, "partial", True, 50000),
    ("1.012785", "Cấp giấy chứng nhận lần đầu", LAND, 16, 160, "partial", True, 100000),
    ("1.012786", "Tách thửa, hợp thửa đất", LAND, 14, 120, "partial", True, 50000),
    ("1.012787", "Chuyển mục đích sử dụng đất", LAND, 10, 120, "none", True, 0),
    ("1.012788", "Đăng ký thế chấp quyền sử dụng đất", LAND, 34, 8, "full", True, 80000),
    ("1.001612", "Đăng ký thành lập hộ kinh doanh", TRADE, 38, 24, "full", False, 100000),
    ("2.000720", "Thay đổi nội dung hộ kinh doanh", TRADE, 18, 24, "full", False, 100000),
    ("1.001570", "Chấm dứt hoạt động hộ kinh doanh", TRADE, 8, 24, "full", False, 0),
    ("2.000181", "Cấp giấy phép bán lẻ rượu", TRADE, 4, 80, "full", False, 200000),
    ("1.001776", "Trợ cấp xã hội hằng tháng", SOCIAL, 40, 80, "full", False, 0),
    ("1.001731", "Hỗ trợ chi phí mai táng", SOCIAL, 16, 40, "full", False, 0),
    ("1.001699", "Xác định mức độ khuyết tật", SOCIAL, 10, 120, "partial", True, 0),
    ("1.011606", "Rà soát hộ nghèo, cận nghèo", SOCIAL, 6, 120, "full", False, 0),
    ("1.010833", "Cấp giấy xác nhận thân nhân người có công", MERIT, 8, 40, "full", False, 0),
    ("1.010803", "Trợ cấp khi người có công từ trần", MERIT, 7, 96, "partial", True, 0),
    ("1.010824", "Trợ cấp thờ cúng liệt sĩ", MERIT, 4, 96, "full", False, 0),
    ("1.009994", "Cấp phép xây dựng nhà ở riêng lẻ", BUILD, 22, 120, "full", True, 75000),
    ("1.009996", "Điều chỉnh giấy phép xây dựng", BUILD, 5, 120, "full", True, 75000),
    ("1.008455", "Cung cấp thông tin quy hoạch", BUILD, 7, 80, "full", False, 0),
    ("1.008004", "Chuyển đổi cơ cấu cây trồng trên đất lúa", FARM, 4, 40, "full", False, 0),
    ("1.003434", "Hỗ trợ sản xuất vùng bị thiên tai", FARM, 5, 120, "none", True, 0),
    ("1.004222", "Đăng ký thường trú", HOME, 64, 56, "full", False, 20000),
    ("1.004194", "Đăng ký tạm trú", HOME, 52, 24, "full", False, 15000),
    ("1.012373", "Tặng giấy khen về thành tích đột xuất", HOME, 3, 80, "full", True, 0),
    ("1.005099", "Chuyển trường đối với học sinh tiểu học", SCHOOL, 12, 8, "full", False, 0),
    ("1.004438", "Hỗ trợ học tập cho trẻ em vùng khó khăn", SCHOOL, 3, 80, "full", False, 0),
)

PROCEDURES: tuple[Procedure, ...] = tuple(Procedure(*row) for row in ROWS)


def procedures_csv() -> str:
    """Write the table as CSV with a header line, as `examples/procedures.csv` holds it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Procedure.__struct_fields__)
    for procedure in PROCEDURES:
        fields = msgspec.structs.astuple(procedure)
        writer.writerow(
            str(field).lower() if isinstance(field, bool) else field for field in fields
        )
    return text.getvalue()
