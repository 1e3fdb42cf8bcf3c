import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.interface.pair import PairDraw
from reference.targets.pairs.objects.layers import prepare_object
from reference.targets.pairs.proposing.classes import class_proposals
from reference.targets.pairs.running import complex_step, quiet, recorded_run
from reference.targets.reading.namespace import load
from reference.targets.reading.source import read
from reference.targets.stand_in.loading import kind_named, loaded_for
from tests.reference.targets.pairs.objects.test_layers import RIGHT


@pytest.mark.parametrize(("style", "check", "arguments", "construct"), [row[:4] for row in RIGHT])
def test_every_kind_begins_from_the_same_values_and_the_complex_step_agrees(
    tmp_path: Path, style: str, check: str, arguments: dict[str, Any], construct: dict[str, Any]
) -> None:
    path = tmp_path / "layers.py"
    path.write_text("import numpy as np\n" + textwrap.dedent(style))
    cells = read(path)
    (proposal,) = [p for p in class_proposals(cells, load(path, cells, np)) if p.check == check]
    ready = {}
    for name in ("float64", "float32", "complex"):
        kind = kind_named(name)
        with quiet():
            draw = PairDraw(arguments, construct, 3)
            ready[name] = prepare_object(proposal, loaded_for(path, cells, kind), draw, kind)
    first = ready["float64"].primals
    for pair in ready.values():
        assert pair.primals.keys() == first.keys()
        assert all(np.allclose(np.asarray(pair.primals[name], float), first[name], rtol=1e-7) for name in first)
    run = recorded_run(ready["float64"], kind_named("float64"), 3, path)
    random = np.random.RandomState(5)
    along = {name: np.asarray(random.standard_normal(np.shape(g))) for name, g in run["gradients"].items()}
    points = [[name, direction] for name, direction in along.items()]
    found = complex_step(ready["complex"], kind_named("complex"), run["cotangents"], points)
    assert found["pattern"] == run["pattern"]
    for (name, direction), slope in zip(points, found["derivatives"], strict=True):
        assert np.sum(run["gradients"][name] * direction) == pytest.approx(float(slope), rel=1e-10, abs=1e-12)
