"""The window of the centre: REST, the live WebSocket, the wall's pages. Reads, never decides."""
