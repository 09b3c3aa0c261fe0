"""The intermediate representation: types, nodes, graph, legality, text and files."""
