"""The graph as one HTML page: what is drawn, and how the page is put together."""
