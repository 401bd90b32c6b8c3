"""The graph over a wire: HTTP for people and programs, the Model Context Protocol for assistants."""
