"""How values become bytes and back, and which way a request asks for."""
