"""Pictures of circuits: every mark is drawn, rows wrap, and very long circuits are cut."""

from itertools import pairwise

import numpy as np
import pytest

from hybridq.ansatz import Circuit
from hybridq.circuits.figure import Mark, Step, draw_circuit, wrapped
from hybridq.core.errors import OutputError


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_labels_stand_on_the_wires_of_their_qubits():
    figure = Circuit(3).h(1).rx(2, "theta").cx(0, 1).draw()
    assert sorted(texts(figure)) == ["H", "RX(theta)", "q0", "q1", "q2"]
    heights = {text.get_text(): text.get_position()[1] for text in figure.axes[0].texts}
    assert heights["H"] == heights["q1"]
    assert heights["RX(theta)"] == heights["q2"]
    assert heights["q0"] > heights["q1"] > heights["q2"]


def test_parameters_are_told_apart_by_colour():
    boxes = Circuit(2).h(0).rx(1, "theta").draw().axes[0].patches
    assert boxes[0].get_facecolor() != boxes[1].get_facecolor()


def test_every_mark_is_inside_the_picture():
    circuit = Circuit(4).h(0).swap(0, 3).ccx(0, 1, 2).cz(1, 3).rzz(0, 2, 0.1).repeat(12)
    figure = circuit.draw()
    figure.draw_without_rendering()
    ax = figure.axes[0]
    frame = ax.get_window_extent()
    for artist in (*ax.patches, *ax.texts):
        box = artist.get_window_extent()
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
        assert frame.y0 <= box.y0
        assert box.y1 <= frame.y1


def test_boxes_in_a_row_do_not_overlap():
    circuit = Circuit(1).h(0).rx(0, "a_long_name").rz(0, np.pi / 3).u(0, "α", 0.123456, "b")
    figure = circuit.draw()
    figure.draw_without_rendering()
    ax = figure.axes[0]
    spans = sorted((box.get_window_extent().x0, box.get_window_extent().x1) for box in ax.patches)
    assert all(left[1] < right[0] for left, right in pairwise(spans))
    labels = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert labels["RX(a_long_name)"].width < max(end - start for start, end in spans)


def test_rows_hold_as_many_columns_as_fit():
    assert wrapped([1.0] * 5, 2.0) == [range(0, 2), range(2, 4), range(4, 5)]
    assert wrapped([5.0, 1.0], 2.0) == [range(0, 1), range(1, 2)]
    assert wrapped([1.0], 2.0) == [range(0, 1)]


def test_a_very_long_circuit_is_cut_and_says_so():
    figure = Circuit(4).rx(0, 0.25).repeat(4000).draw()
    drawn = texts(figure).count("RX(0.25)")
    assert texts(figure)[-1] == f"{4000 - drawn} further instructions are not drawn"
    assert figure.get_size_inches()[1] <= 60.0


def test_steps_are_all_that_is_needed():
    step = Step(0, (Mark(0, "control"), Mark(1, "box", "$V$")))
    assert "$V$" in texts(draw_circuit([step], 2))


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_picture_is_written_by_suffix(tmp_path, suffix):
    path = tmp_path / f"circuit.{suffix}"
    Circuit(2).h(0).cx(0, 1).draw(path)
    assert path.stat().st_size > 500


def test_an_unknown_picture_format_is_refused_before_the_work(tmp_path):
    with pytest.raises(OutputError, match="not a picture format"):
        Circuit(2).draw(tmp_path / "circuit.doc")
