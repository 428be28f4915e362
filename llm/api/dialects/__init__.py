"""Doors in the dialects that clients of others speak: Dify, OpenAI, MCP, FHIR."""
