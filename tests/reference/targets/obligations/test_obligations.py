"""What does not load, and what is not there."""

from __future__ import annotations

import pytest

from tests.reference.targets.obligations.judged import DATA, SCALAR, Judged, cost


def test_what_does_not_load_is_said_once_and_the_rest_is_judged(tmp_path):
    judged = Judged(tmp_path, [cost("compute_cost", DATA), "def compute_cost_broken(A3, Y:\n    return 1", *SCALAR])
    judged.right("compute_cost")
    judged.right("forward_propagation")
    judged.wrong("compute_cost_broken", "MB701", "cannot be loaded: SyntaxError")
    assert judged.found["compute_cost_broken"][0].place[2] == 7


def test_a_file_of_nothing_owes_nothing(tmp_path):
    assert Judged(tmp_path, []).found == {}


def test_a_function_that_ends_its_process_costs_itself_alone(tmp_path):
    judged = Judged(
        tmp_path,
        ["import os, signal", "def compute_cost_x(A3, Y):\n    os._exit(3)", cost("compute_cost", DATA),
         "def initialize_parameters_he(layers_dims):\n    os.kill(os.getpid(), signal.SIGSEGV)"],
    )  # fmt: skip
    judged.wrong("compute_cost_x", "MB703", "compute_cost_x its process ended itself, with exit code 3")
    judged.wrong("initialize_parameters_he", "MB703", "SIGSEGV")
    judged.right("compute_cost")


@pytest.mark.slow
def test_what_is_left_of_a_target_that_died_three_times_is_not_asked(tmp_path):
    judged = Judged(tmp_path, ["import os"] + [f"def compute_cost_{k}(A3, Y):\n    os._exit(3)" for k in range(5)])
    codes = [[v.code for v in found] for found in judged.found.values()]
    assert codes[0] == ["MB703"]
    assert codes[3:] == [["MB704"], ["MB704"]]
    assert list(judged.looked.values())[3:] == [0, 0]


def test_a_line_that_older_releases_of_numpy_took_is_said_to_be_one(tmp_path):
    judged = Judged(
        tmp_path,
        [
            (
                "def compute_cost(A3, Y):\n    c = np.zeros(1)\n"
                "    c[0] = np.ones((1, 2))[0, :1]\n    return float(np.ones((1, 1))) + c[0]"
            )
        ],
    )
    judged.wrong("compute_cost", "MB701", "older releases of NumPy")
