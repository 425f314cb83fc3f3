"""A page as a small tree, for tests that ask what a person or a browser finds in it."""

from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Node:
    """An element: name, attributes, children and text."""

    def __init__(self, document, name="", attributes=(), parent=None):
        self.name, self.parent, self.children = name, parent, []
        self.attributes = {key: "" if value is None else value for key, value in attributes}
        self.inert = parent is not None and (parent.inert or parent.name == "template")
        self.document, self.start, self.end = document, len(document), None
        document.append(self)

    def __getitem__(self, attribute):
        return self.attributes.get(attribute)

    def walk(self, inert=False):
        """Yield every element below, in order; what stands in a template only when asked for."""
        for node in self.document[self.start + 1 : self.end]:
            if inert or node.inert == self.inert:
                yield node

    def all(self, name=None, **wanted):
        """Elements of that name with these attributes (data_level for data-level; True: any)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in wanted.items()}
        return [
            node
            for node in self.walk()
            if name in (None, node.name)
            and all(
                key in node.attributes if value is True else node[key] == value
                for key, value in wanted.items()
            )
        ]

    def one(self, name=None, **wanted):
        """The only such element."""
        (found,) = self.all(name, **wanted)
        return found

    @property
    def text(self):
        """All text below, white space folded; templates, scripts and styles left out."""
        parts = [
            child if isinstance(child, str) else child.text
            for child in self.children
            if isinstance(child, str) or child.name not in ("template", "script", "style")
        ]
        return " ".join(" ".join(parts).split())

    @property
    def raw(self):
        """The text directly below, untouched."""
        return "".join(child for child in self.children if isinstance(child, str))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.document = []
        self.root = self.open = Node(self.document)

    def handle_starttag(self, name, attributes):
        self.handle_startendtag(name, attributes)
        if name not in VOID:
            self.open = self.open.children[-1]

    def handle_startendtag(self, name, attributes):
        node = Node(self.document, name, attributes, self.open)
        node.end = len(self.document)
        self.open.children.append(node)

    def handle_endtag(self, name):
        assert self.open.name == name, f"</{name}> closes <{self.open.name}>"
        self.open.end = len(self.document)
        self.open = self.open.parent

    def handle_data(self, data):
        self.open.children.append(data)


def parse(html):
    """Return the tree of a page; AssertionError when its tags do not nest."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open is reader.root, f"<{reader.open.name}> is not closed"
    return reader.root
