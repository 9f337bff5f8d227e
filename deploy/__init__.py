"""How the centre is run: embedded servers, containers, clusters."""
