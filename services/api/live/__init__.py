"""The live protocol `ioc.live.v1`: a core without sockets, and its thin shell."""
