"""Stages are timed, described and kept in order."""

import numpy as np
import pytest
from inferbot.models.trace import Stage, Tensor, Trace


def test_a_tensor_says_its_shape_and_type() -> None:
    assert str(Tensor.of(np.zeros((1, 3, 224, 224), np.float32))) == "1×3×224×224 float32"
    assert str(Tensor("float32", ())) == "scalar float32"


def test_stages_are_noted_in_the_order_in_which_they_finish() -> None:
    trace = Trace()
    with trace.stage("decode") as stage:
        stage.input, stage.output = "JPEG", "photo"
    with trace.stage("resize"):
        pass
    trace.add(Stage("download", 5.0, "link", "JPEG"), first=True)
    trace.add(Stage("send", 2.0, "", ""))
    assert [stage.name for stage in trace.stages] == ["download", "decode", "resize", "send"]
    assert (trace.stages[1].input, trace.stages[1].output) == ("JPEG", "photo")
    assert trace.total_ms == pytest.approx(sum(stage.milliseconds for stage in trace.stages))
    assert trace.total_ms >= 7.0


def test_a_stage_that_raises_leaves_no_mark() -> None:
    trace = Trace()
    with pytest.raises(ValueError, match="bad"), trace.stage("decode"):
        raise ValueError("bad")
    assert trace.stages == []
