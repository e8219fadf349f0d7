"""Values: from text, JSON and MessagePack to the types that handlers declare, and back."""
