"""A page as a small tree, for tests that ask what a person or a browser finds in it."""

from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Node:
    """An element: name, attributes, children and text."""

    def __init__(self, name="", attributes=(), parent=None):
        self.name, self.parent, self.children = name, parent, []
        self.attributes = {key: "" if value is None else value for key, value in attributes}

    def __getitem__(self, attribute):
        return self.attributes.get(attribute)

    def walk(self, inert=False):
        """Yield every element below, in order; what stands in a template only when asked for."""
        for child in self.children:
            if isinstance(child, Node):
                yield child
                if inert or child.name != "template":
                    yield from child.walk(inert)

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

    def inside(self, name):
        """Whether an ancestor has that name."""
        return self.parent is not None and (self.parent.name == name or self.parent.inside(name))

    @property
    def text(self):
        """All text below, white space folded, templates left out."""
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
        self.root = self.open = Node()

    def handle_starttag(self, name, attributes):
        node = Node(name, attributes, self.open)
        self.open.children.append(node)
        if name not in VOID:
            self.open = node

    def handle_startendtag(self, name, attributes):
        self.open.children.append(Node(name, attributes, self.open))

    def handle_endtag(self, name):
        assert self.open.name == name, f"</{name}> closes <{self.open.name}>"
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
