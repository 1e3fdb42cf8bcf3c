"""What was concluded a moment ago, for who asks for the same targets again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reference.commands.many.contents import content_of
from reference.verification.conclusion import Conclusion
from reference.verification.remembered import PairMemory

__all__ = ["Memory"]


@dataclass
class Memory:
    """``targets``: by name, the content that was judged and what was concluded; ``pairs``: those of others too."""

    targets: dict[str, tuple[str, Conclusion]] = field(default_factory=dict)
    pairs: PairMemory = field(default_factory=PairMemory)

    def of(self, names: Iterable[str]) -> dict[str, Conclusion]:
        """What was concluded of those whose content is what it was."""
        before = {name: self.targets[name] for name in names if name in self.targets}
        return {name: found for name, (content, found) in before.items() if content == content_of(name)}

    def keep(self, contents: Mapping[str, str | None], found: Iterable[Conclusion]) -> None:
        """Of each, with the content that was judged. One without rows costs little to be asked again."""
        for one in found:
            content = contents.get(one.target)
            if content is not None and one.rows:
                self.targets[one.target] = content, one
