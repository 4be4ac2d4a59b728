"""The model behind docs/scaling.md: known results of queues, more load never helps, and the page says what it says."""

from itertools import pairwise
from math import exp, inf, isclose, log
from random import Random

import pytest

from benchmarks import capacity, measured, queueing, scaling
from benchmarks.writing_queue import Order, Run, Workers, arrivals, simulate
from tesigo.platform.paths import ROOT


def queue(*, servers: int, service: float = 1.0, calls_per_minute: float = inf) -> Workers:
    """An M/M/c queue: one call for each document, nothing to compute, answers without memory."""
    return Workers(
        slots=servers,
        cores=1,
        calls_per_page=1,
        core_seconds_per_page=0,
        rounds=1,
        latency=lambda chance: chance.expovariate(1 / service),
        calls_per_minute=calls_per_minute,
    )


def steady(*, slots: int, cores: int, latency: float, calls_per_minute: float = inf, rounds: int = 2) -> Workers:
    """Two calls a page, half a second of a processor for each page, answers that always take as long."""
    return Workers(slots, cores, 2, 0.5, rounds, lambda _: latency, calls_per_minute)


class TestKnownResults:
    def test_one_server_waits_as_m_m_1_says(self) -> None:
        # ρ ÷ (1 − ρ) × service.
        assert isclose(queueing.mean_wait(arrivals=0.8, service=1, servers=1), 4.0)

    def test_erlang_c_of_a_textbook(self) -> None:
        """Two servers, one of them busy on average: a third waits; ten with eight busy: 0.409."""
        assert isclose(queueing.waiting_share(1.0, 2), 1 / 3)
        assert queueing.waiting_share(8.0, 10) == pytest.approx(0.409, abs=0.001)

    def test_quantile_of_m_m_1_is_that_of_its_exponential(self) -> None:
        quantile = queueing.response_quantile(0.95, arrivals=0.5, service=1, servers=1)
        assert quantile == pytest.approx(-log(0.05) / 0.5)

    def test_quantile_with_a_whole_server_to_spare(self) -> None:
        """The closed form has a limit of its own there: (1 + C·t) e^−t."""
        seconds = queueing.response_quantile(0.9, arrivals=1, service=1, servers=2)
        assert exp(-seconds) * (1 + seconds / 3) == pytest.approx(0.1)

    @pytest.mark.parametrize("arrived", [2.0, 2.5])
    def test_too_many_arrivals_wait_for_ever(self, arrived: float) -> None:
        assert queueing.mean_wait(arrivals=arrived, service=1, servers=2) == inf
        assert queueing.response_quantile(0.95, arrivals=arrived, service=1, servers=2) == inf

    def test_a_service_that_takes_too_long_has_no_number_of_servers(self) -> None:
        with pytest.raises(ValueError, match="are not over within"):
            queueing.servers_for(0.1, share=0.95, arrivals=1, service=1, most=50)

    def test_the_fewest_servers_are_enough_and_one_less_is_not(self) -> None:
        servers = queueing.servers_for(0.15, share=0.95, arrivals=100, service=0.03)
        times = [
            queueing.response_quantile(0.95, arrivals=100, service=0.03, servers=servers - less) for less in (0, 1)
        ]
        assert times[0] <= 0.15 < times[1]


class TestSimulation:
    @pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (4, 2.8)])
    def test_mean_and_percentile_are_those_of_m_m_c(self, servers: int, load: float) -> None:
        orders = arrivals(per_hour=load * 3600, hours=40_000 / load / 3600, pages=(1,), seed=7)
        run = simulate(orders, queue(servers=servers), seed=8)
        expected = 1 + queueing.mean_wait(arrivals=load, service=1, servers=servers)
        assert sum(run.seconds) / len(run.seconds) == pytest.approx(expected, rel=0.04)
        quantile = queueing.response_quantile(0.95, arrivals=load, service=1, servers=servers)
        assert run.quantile(0.95) == pytest.approx(quantile, rel=0.05)

    def test_orders_come_at_their_pace_and_in_all_sizes(self) -> None:
        orders = arrivals(per_hour=600, hours=20, pages=(1, 3), seed=3)
        assert len(orders) == pytest.approx(12_000, rel=0.03)
        assert sum(order.pages for order in orders) / len(orders) == pytest.approx(2, rel=0.03)
        assert all(first.at < second.at for first, second in pairwise(orders))
        assert arrivals(per_hour=0, hours=1, pages=(1,)) == []

    def test_a_document_alone_takes_its_rounds_and_its_share_of_the_cores(self) -> None:
        """10 pages in two rounds of ten calls: 2 × (1 s + 2.5 core·s on one core)."""
        assert simulate([Order(5.0, 10)], steady(slots=100, cores=1, latency=1.0)).seconds == [pytest.approx(7.0)]

    def test_slots_hold_calls_back(self) -> None:
        """Ten calls of a round in five slots: two answers one after the other, whatever the cores do meanwhile."""
        few = simulate([Order(0.0, 10)], steady(slots=5, cores=1_000, latency=10.0)).seconds[0]
        enough = simulate([Order(0.0, 10)], steady(slots=10, cores=1_000, latency=10.0)).seconds[0]
        assert few - enough == pytest.approx(20, rel=0.05)

    def test_a_keys_limit_spaces_calls(self) -> None:
        """60 calls a minute: the last of 20 begins after 19 s at the least."""
        seconds = simulate([Order(0.0, 10)], steady(slots=99, cores=99, latency=0.1, calls_per_minute=60)).seconds[0]
        assert seconds >= 19.1
        assert seconds < 21

    def test_all_that_was_ordered_is_written_and_counted_while_under_way(self) -> None:
        run = simulate([Order(0.0, 3)] * 4 + [Order(1_000.0, 3)], steady(slots=2, cores=1, latency=1.0))
        assert all(seconds > 0 for seconds in run.seconds)
        assert run.most_at_once == 4

    def test_the_same_seed_gives_the_same_numbers(self) -> None:
        orders = arrivals(per_hour=100, hours=1, pages=(1, 9), seed=1)
        assert orders == arrivals(per_hour=100, hours=1, pages=(1, 9), seed=1)
        assert simulate(orders, queue(servers=1), seed=5) == simulate(orders, queue(servers=1), seed=5)
        assert simulate(orders, queue(servers=1), seed=5) != simulate(orders, queue(servers=1), seed=6)

    @pytest.mark.parametrize(("slots", "cores"), [(0, 1), (1, 0)])
    def test_nothing_can_be_written_without_slots_or_cores(self, slots: int, cores: int) -> None:
        with pytest.raises(ValueError, match="must be more than none"):
            simulate([Order(0.0, 1)], steady(slots=slots, cores=cores, latency=1.0))

    def test_the_quantile_is_a_time_that_was_seen(self) -> None:
        run = Run([4.0, 1.0, 3.0, 2.0], 1)
        assert [run.quantile(share) for share in (0.25, 0.5, 0.75, 1.0)] == [1.0, 2.0, 3.0, 4.0]


class TestMoreIsNeverLess:
    def test_more_arrivals_wait_longer_and_more_servers_shorter(self) -> None:
        by_load = [queueing.mean_wait(arrivals=rate / 10, service=1, servers=3) for rate in range(1, 30)]
        by_servers = [queueing.mean_wait(arrivals=2.9, service=1, servers=servers) for servers in range(3, 20)]
        assert by_load == sorted(by_load)
        assert by_servers == sorted(by_servers, reverse=True)

    def test_slower_calls_fewer_slots_and_fewer_cores_never_make_it_quicker(self) -> None:
        orders = arrivals(per_hour=300, hours=0.2, pages=measured.ORDER_PAGES, seed=2)

        def mean(slots: int, cores: int, latency: float) -> float:
            run = simulate(orders, steady(slots=slots, cores=cores, latency=latency))
            return sum(run.seconds) / len(run.seconds)

        base = mean(20, 2, 2.0)
        assert mean(20, 2, 4.0) > base
        assert mean(8, 2, 2.0) > base
        assert mean(20, 1, 2.0) > base

    @pytest.mark.parametrize("day", measured.DAYS, ids=lambda day: day.name)
    def test_ten_times_the_students_take_ten_times_as_much_of_everything(self, day: measured.Day) -> None:
        few, many = (capacity.of_hour(number, day, site=capacity.ONE_SERVER) for number in (100, 1_000))
        for one, ten in zip(few, many, strict=True):
            assert ten.load == pytest.approx(10 * one.load)
            assert ten.room == one.room

    def test_the_cautious_end_is_never_better_than_the_hopeful_one(self) -> None:
        for cautious in (True, False):
            assert capacity.of_hour(1_000, measured.DEADLINE, site=capacity.ONE_SERVER, cautious=cautious)
        worse, better = (
            capacity.of_hour(1_000, measured.DEADLINE, site=capacity.ONE_SERVER, cautious=cautious)
            + capacity.of_other_times(1_000, cautious=cautious)
            for cautious in (True, False)
        )
        assert all(one.filled >= two.filled for one, two in zip(worse, better, strict=True))


class TestUnits:
    def test_what_a_thousand_students_take_by_hand(self) -> None:
        """1,000 × 2 visits × 25 % in an hour × 20 requests ÷ 3,600 s; 1,000 × 10 % × 9.95 pages × 0.00465 €."""
        assert measured.DEADLINE.requests_per_second(1_000) == pytest.approx(2.778, abs=0.001)
        assert measured.DEADLINE.orders_per_hour(1_000) == pytest.approx(25)
        assert measured.DEADLINE.euros(1_000) == pytest.approx(4.63, abs=0.01)
        taken = {one.name: one.load for one in capacity.of_hour(1_000, measured.DEADLINE, site=capacity.ONE_SERVER)}
        assert taken["calls a minute of one key"] == pytest.approx(60 * taken["calls at once, 1 s each"])
        # 125 sign-ins an hour; a tenth is never finished, and each takes a thirtieth of an hour.
        name = "sign-ins not finished, all from one address or domain"
        assert taken[name] == pytest.approx(125 * (0.1 + 1 / 30))

    def test_a_server_is_full_with_what_fits_and_not_with_one_more(self) -> None:
        writing = capacity.ONE_SERVER.writing
        whole = capacity.FIRST_MB + writing * capacity.WRITING_MB
        assert whole <= measured.SERVER_MB.cautious < whole + capacity.WRITING_MB

    def test_connections_are_five_for_each_process(self) -> None:
        assert capacity.Site("", 0, servers=2, web=4, writing=10).connections == 5 * (4 + 2 + 2 + 10)


class TestPage:
    def test_it_says_what_the_model_says(self) -> None:
        page = scaling.PAGE.read_text(encoding="utf-8")
        assert scaling.written_into(page, scaling.everything()) == page, "make bench FIGURE=scaling WRITE=1"

    def test_a_table_without_a_place_is_told(self) -> None:
        with pytest.raises(ValueError, match="no place for"):
            scaling.written_into("# Scaling", [scaling.Table("Somewhere", ("a",), [("b",)])])

    def test_settings_and_limits_are_those_of_the_site(self) -> None:
        settings = (ROOT / "tesigo" / "settings.py").read_text(encoding="utf-8")
        pgbouncer = (ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini").read_text(encoding="utf-8")
        rows = (ROOT / "generation" / "migrations" / "0006_first_budgets_and_limits.py").read_text(encoding="utf-8")
        assert f'env.int("DRAIN_WIDTH", {measured.STEPS.cautious:.0f},' in settings
        assert f'env.int("QUEUE_LIMIT", {measured.QUEUE_LIMIT.cautious:.0f},' in settings
        assert f'env.int("SIGNIN_PER_IP_AND_HOUR", {measured.SIGNINS_UNFINISHED.cautious:.0f},' in settings
        assert f"pool_size={measured.POOL.cautious:.0f}," in settings
        assert f"max_client_conn = {measured.PGBOUNCER_CLIENTS.cautious:.0f}" in pgbouncer
        assert f'("openai", {measured.KEY_CALLS_PER_MINUTE.cautious:_.0f}, ' in rows
        assert f'("house_day", Decimal("{measured.HOUSE_EUROS_PER_DAY.cautious:.2f}")' in rows

    def test_every_number_has_a_source(self) -> None:
        assert len(measured.INPUTS) > 25
        assert [one.name for one in measured.INPUTS if not one.source] == []


def test_latency_may_vary() -> None:
    """What a call takes is drawn for each call, by the seed that was given."""
    drawn = queue(servers=1).latency
    assert drawn(Random(1)) == drawn(Random(1)) != drawn(Random(2))
