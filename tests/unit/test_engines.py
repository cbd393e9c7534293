"""Engines: every one gives the same answers in the same order, and the first fault first."""

from threading import Barrier, Event, get_ident

import pytest

from dedup.engines import threads

JOBS = [1, 2, 3]
WAIT = 60
"""Seconds after which a test fails that would wait for ever."""


@pytest.mark.parametrize("jobs", JOBS)
def test_answers_come_in_the_order_of_the_batches(jobs):
    overtaken = Event()

    def step(batch):
        if batch == 1:
            overtaken.set()
        assert batch or jobs == 1 or overtaken.wait(WAIT)
        return batch * batch

    assert list(threads(jobs)(step, iter(range(50)))) == [at * at for at in range(50)]
    assert list(threads(jobs)(step, [])) == []


@pytest.mark.parametrize("jobs", JOBS)
def test_what_comes_first_is_told_first_even_if_all_fail(jobs):
    overtaken = Event()

    def step(batch):
        if batch == 4:
            overtaken.set()
        if batch >= 3:
            assert batch > 3 or jobs == 1 or overtaken.wait(WAIT)
            raise ValueError(batch)
        return batch

    answers = threads(jobs)(step, range(20))
    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match=r"^3$"):
        next(answers)


@pytest.mark.parametrize("jobs", JOBS)
def test_so_many_threads_work_and_the_one_that_asks_is_one_of_them(jobs):
    met, together = set(), Barrier(jobs)

    def step(_batch):
        together.wait(WAIT)  # goes on once so many are at work at the same time
        met.add(get_ident())

    list(threads(jobs)(step, range(8 * jobs)))
    assert len(met) == jobs
    assert get_ident() in met


@pytest.mark.parametrize("jobs", JOBS)
def test_no_more_than_two_batches_a_thread_are_under_way(jobs):
    taken = [0]

    def batches():
        for batch in range(40):
            taken[0] += 1
            yield batch

    for answered, _ in enumerate(threads(jobs)(lambda batch: batch, batches()), 1):
        assert taken[0] - answered <= 2 * jobs


def test_a_step_may_run_steps_of_its_own():
    run = threads(2)
    rows = run(lambda row: sum(run(lambda at: row * at, range(5))), range(10))
    assert list(rows) == [10 * row for row in range(10)]
