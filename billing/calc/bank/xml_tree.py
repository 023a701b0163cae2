"""XML from strangers as a small tree that knows its lines. No DOCTYPE, no entities, no depth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from billing.calc.bank.file import StatementUnreadable

MOST_DEPTH = 40


@dataclass(slots=True)
class Node:
    """An element by its name without namespace; `line` counts from 1."""

    name: str
    namespace: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, path: str) -> Iterator["Node"]:
        """Descendants by a path of names, such as "Refs/EndToEndId", in the file's order."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def first(self, *paths: str) -> "Node | None":
        """The first descendant on the first of the paths that leads anywhere."""
        return next((node for path in paths for node in self.all(path)), None)

    def says(self, *paths: str) -> str:
        """The text there, or nothing."""
        node = self.first(*paths)
        return node.text.strip() if node else ""


def parse_xml(content: bytes) -> Node:
    """
    Read a document.

    :raises StatementUnreadable: if it is not well-formed, declares a DOCTYPE, or nests too deep
    """
    tree = Tree()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    tree.parser = parser
    parser.StartElementHandler = tree.open
    parser.EndElementHandler = tree.close
    parser.CharacterDataHandler = tree.write
    parser.StartDoctypeDeclHandler = tree.refuse_doctype
    parser.EntityDeclHandler = tree.refuse_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise StatementUnreadable(
            f"this is not well-formed XML ({expat.ErrorString(error.code)}). Download the file "
            "again; it may have been cut off.",
            line=error.lineno,
        ) from error
    except (LookupError, ValueError) as error:
        raise StatementUnreadable(
            "the XML names an encoding that cannot be read. Export it as UTF-8.", line=1
        ) from error
    return tree.root


class Tree:
    """Grows while the parser reads."""

    parser: expat.XMLParserType
    root: Node

    def __init__(self) -> None:
        self.path: list[Node] = []

    def open(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        node = Node(local, namespace, self.parser.CurrentLineNumber, attributes)
        if len(self.path) >= MOST_DEPTH:
            raise StatementUnreadable(
                "elements are nested deeper than any bank statement. Export the file again.",
                line=node.line,
            )
        if self.path:
            self.path[-1].children.append(node)
        else:
            self.root = node
        self.path.append(node)

    def close(self, _name: str) -> None:
        self.path.pop()

    def write(self, text: str) -> None:
        self.path[-1].text += text

    def refuse_doctype(self, *_declared: object) -> None:
        raise StatementUnreadable(
            "the file declares a DOCTYPE, which no bank statement needs and which is not safe. "
            "Export it from the bank again and do not change it.",
            line=self.parser.CurrentLineNumber,
        )
