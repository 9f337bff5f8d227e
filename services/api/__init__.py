"""REST, the live WebSocket and the wall's static pages."""
