"""Total cost, key figures and competition of a workspace, computed anew: by loops over single lines and releases, with whole numbers
and fractions, by no query of the project. Prints what differs from the tables of the store, one line each; nothing when all agree.

usage: cost_oracle.py STORE WORKSPACE

STORE holds views.sql, which names the Parquet files; WORKSPACE holds tenders/releases.jsonl.
"""

import json
import os
import statistics
import sys
import tomllib
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb

CUTS = {
    "tco_supplier": ("supplier_id", 0),
    "tco_category": ("category_code", 1),
    "tco_contract": ("contract_id", 2),
    "tco_unit": ("organisational_unit_id", 3),
}
COMPONENTS = [
    "agreed_price_net", "price_deviation_net", "lost_discount_net", "freight_net", "fee_net", "process_cost_net", "order_cost_net",
    "late_interest_net", "early_payment_cost_net", "payment_term_cost_net", "carbon_cost_net",
]
faults = []


def fault(text):
    faults.append(text)


def minor(value):
    return None if value is None else int(value * 100)


def near(a, b):
    if a is None or b is None:
        return a is None and b is None
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))


def half_up(value):
    """A fraction to the nearest whole number, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


class Store:
    def __init__(self, folder):
        os.chdir(folder)
        self.connection = duckdb.connect()
        self.connection.execute(Path("views.sql").read_text(encoding="utf-8"))

    def rows(self, table, columns="*", where="true"):
        cursor = self.connection.execute(f"select {columns} from {table} where {where}")
        names = [c[0] for c in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]


def total_cost(store):
    parameters = {r["parameter_code"]: r for r in store.rows("rule.parameter")}
    currency = store.rows("rule.run")[0]["currency"]
    included = {r["component_code"]: r["is_included"] for r in store.rows("rule.cost_component")}
    texts = [(r["text_place"], r["match_text"], r["component_code"]) for r in store.rows("rule.cost_text") if included[r["component_code"]]]
    said = {r["line_id"]: r for r in store.rows("lake.invoice_line", "line_id, order_reference, line_kind, line_text, discount_until_on, discount_percent")}

    def money_of(code):
        row = parameters.get(code)
        return minor(row["parameter_money"]) if row and row["parameter_unit"] == currency else None

    def ratio_of(code):
        return Fraction(round(parameters[code]["parameter_value"] * 10000), 10000)

    reference_days = round(parameters["payment_term_days"]["parameter_value"])
    # Emissions of the method that covers most, by category and year.
    emissions = [r for r in store.rows("metric.emission_category", where="category_code <> 'all'") if r["kg_co2e"] is not None]
    covered = defaultdict(int)
    for row in emissions:
        covered[row["method_code"]] += minor(row["covered_spend_net"])
    method = min(covered, key=lambda code: (-covered[code], code), default=None)
    emissions = {(r["category_code"], r["year_number"]): r for r in emissions if r["method_code"] == method and r["spend_net"]}
    years = {r["month_index"]: r["year_number"] for r in store.rows("rule.calendar", "month_index, year_number")}
    cells = defaultdict(lambda: defaultdict(int))
    invoices = defaultdict(lambda: [defaultdict(int), None])
    orders = defaultdict(lambda: defaultdict(int))
    for line in store.rows("matched.spend", where="is_addressable"):
        amount = minor(line["spend_net"])
        on_contract = line["outcome"] in ("compliant", "deviating") or line["reason"] == "M6"
        key = (line["supplier_id"], line["category_code"], (line["contract_id"] or "") if on_contract else "", line["organisational_unit_id"])
        cell = cells[key]
        own = said[line["line_id"]]
        account = (line["account_name"] or "").lower()
        word = (own["line_text"] or "").lower().replace(":", " ").replace(",", " ").split(" ")[0]
        by_account = sorted(code for place, text, code in texts if place == "account_name" and text in account)
        by_word = [code for place, text, code in texts if place == "line_text" and text == word]
        if own["line_kind"] == "charge":
            component = by_word[0] if by_word else ("fee" if included["fee"] else "price")
        else:
            component = (by_account + by_word + ["price"])[0]
        cell["spend_net"] += amount
        cell["line_count"] += 1
        if component == "price":
            deviation = minor(line["price_deviation_net"]) if included["price_deviation"] else None
            cell["price_deviation_net"] += deviation or 0
            cell["agreed_price_net"] += amount - (deviation or 0)
            is_late = own["discount_until_on"] is not None and line["paid_on"] is not None and line["paid_on"] > own["discount_until_on"]
            if included["lost_discount"] and is_late and not line["is_credit"]:
                cell["lost"] += amount * Fraction(own["discount_percent"]) / 100
        else:
            cell[component + "_net"] += amount
        if line["is_credit"]:
            cell["credit_net"] += amount
        invoice = invoices[line["supplier_id"], line["invoice_key"]]
        invoice[0][key] += amount
        channel = line["channel"] or ""
        invoice[1] = channel if invoice[1] is None else min(invoice[1], channel)
        if own["order_reference"]:
            orders[line["supplier_id"], own["order_reference"]][key] += amount
        cell.setdefault("years", defaultdict(int))[years[line["month_index"]]] += amount
        # Payment days are summed for equal dates first: credits of the same invoice and days count against it.
        if line["due_on"]:
            cell.setdefault("dates", defaultdict(int))[line["invoice_on"], line["due_on"], line["paid_on"]] += amount
    largest = lambda parts: min(parts, key=lambda key: (-parts[key], key[1:]))
    for parts, channel in invoices.values():
        cell = cells[largest(parts)]
        cost = money_of("process_cost_" + channel) if channel else None
        cell["invoice_count"] += 1
        cell["process_cost_net"] += cost if cost is not None else money_of("process_cost_unknown") or 0
    for parts in orders.values():
        cell = cells[largest(parts)]
        cell["order_count"] += 1
        cell["order_cost_net"] += money_of("process_cost_order") or 0
    for key, cell in cells.items():
        cell["lost_discount_net"] = half_up(Fraction(cell.pop("lost", 0)))
        cell["agreed_price_net"] -= cell["lost_discount_net"]
        grams = 0
        for year, amount in cell.pop("years").items():
            emission = emissions.get((key[1], year))
            if emission and included["carbon_cost"]:
                grams += half_up(Fraction(emission["kg_co2e"]) * 1000 * Fraction(amount, minor(emission["spend_net"])))
        cell["carbon_cost_net"] = half_up(Fraction(grams * (money_of("carbon_price") or 0), 1000))
        late = early = term = 0
        for (invoiced, due, paid), amount in cell.pop("dates", {}).items():
            if amount <= 0:
                continue
            if paid:
                days = (paid - due).days
                late += amount * max(days, 0)
                early += amount * max(-days, 0)
            if invoiced:
                term += amount * (reference_days - (due - invoiced).days)
        cell["late_interest_net"] = half_up(late * ratio_of("late_interest_ratio") / 365)
        cell["early_payment_cost_net"] = half_up(early * ratio_of("capital_cost_ratio") / 365)
        cell["payment_term_cost_net"] = half_up(term * ratio_of("capital_cost_ratio") / 365)
        for code in ("process_cost", "order_cost", "late_interest", "early_payment_cost", "payment_term_cost"):
            if not included[code]:
                cell[code + "_net"] = 0
        cell["total_cost_net"] = sum(cell[c] for c in COMPONENTS)
    for table, (column, place) in CUTS.items():
        ours = defaultdict(lambda: defaultdict(int))
        for key, cell in cells.items():
            for name, value in cell.items():
                ours[key[place]][name] += value
        theirs = {r[column]: r for r in store.rows("metric." + table)}
        if set(ours) != set(theirs):
            fault(f"{table}: other rows: {sorted(set(ours) ^ set(theirs))[:5]}")
            continue
        for key, sums in ours.items():
            row = theirs[key]
            for name in COMPONENTS + ["total_cost_net", "spend_net", "credit_net"]:
                if minor(row[name]) != sums[name]:
                    fault(f"{table} {key} {name}: {sums[name]} here, {minor(row[name])} in the table")
            for name in ("line_count", "invoice_count", "order_count"):
                if row[name] != sums[name]:
                    fault(f"{table} {key} {name}: {sums[name]} here, {row[name]} in the table")
            if not near(row["total_cost_ratio"], float(Fraction(sums["total_cost_net"], sums["spend_net"])) if sums["spend_net"] else None):
                fault(f"{table} {key} total_cost_ratio {row['total_cost_ratio']}")
    for name in COMPONENTS:
        if not any(cell[name] for cell in cells.values()):
            fault(f"{name} is zero in every cell: the workspace proves nothing of it")
    if len(cells) < 100:
        fault(f"only {len(cells)} cells: the workspace proves nothing")


def key_figures(store):
    run = store.rows("rule.run")[0]
    end = run["as_of_month_index"]
    months = {r["month_index"] for r in store.rows("rule.calendar", where="is_loaded")}
    by_month = defaultdict(lambda: [0, 0, 0])
    by_unit = defaultdict(lambda: [0, 0])
    for line in store.rows("matched.spend", "month_index, organisational_unit_id, outcome, spend_net", "is_addressable"):
        amount = minor(line["spend_net"])
        month = by_month[line["month_index"]]
        month[0] += amount if line["outcome"] == "compliant" else 0
        month[1] += amount
        month[2] += amount if line["outcome"] not in ("ambiguous", "undetermined") else 0
        if end - 11 <= line["month_index"] <= end:
            unit = by_unit[line["organisational_unit_id"]]
            unit[0] += amount if line["outcome"] == "compliant" else 0
            unit[1] += amount

    def over(first, last):
        parts = [by_month[m] for m in range(first, last + 1) if m in by_month]
        return [sum(p[i] for p in parts) for i in range(3)]

    def value(first, last):
        if any(m not in months for m in range(first, last + 1)):
            return None
        sums = over(first, last)
        return sums[0] / sums[1] if sums[1] else None

    periods = {
        "month": (end, (end - 1, end - 1)),
        "tertial": (end // 4 * 4, (end // 4 * 4 - 4, end // 4 * 4 - 1)),
        "year_to_date": (end // 12 * 12, None),
        "rolling_12": (end - 11, (end - 12, end - 1)),
    }
    table = {r["period_kind"]: r for r in store.rows("metric.key_figure_period", where="figure_code = 'contract_compliance'")}
    if set(table) != set(periods):
        fault(f"key_figure_period: kinds {sorted(table)}")
    for kind, (first, previous) in periods.items():
        row, sums = table[kind], over(first, end)
        expected = {
            "value": sums[0] / sums[1],
            "coverage_ratio": sums[2] / sums[1],
            "previous_value": value(*previous) if previous else None,
            "last_year_value": value(first - 12, end - 12),
        }
        if minor(row["numerator"]) != sums[0] or minor(row["denominator"]) != sums[1] or row["month_count"] != end - first + 1:
            fault(f"key_figure_period {kind}: {sums} here, {row['numerator']} / {row['denominator']} there")
        for name, number in expected.items():
            if not near(row[name], number):
                fault(f"key_figure_period {kind} {name}: {number} here, {row[name]} there")
    table = {r["organisational_unit_id"]: r for r in store.rows("metric.key_figure_unit", where="figure_code = 'contract_compliance'")}
    values = sorted((s[0] / s[1] for s in by_unit.values() if s[1]), reverse=True)
    for unit, sums in by_unit.items():
        row = table.get(unit)
        own = sums[0] / sums[1] if sums[1] else None
        rank = None if own is None else 1 + sum(v > own for v in values)
        if row is None or not near(row["value"], own) or row["unit_rank"] != rank or not near(row["best_difference"], None if own is None else own - values[0]):
            fault(f"key_figure_unit {unit}: {own}, rank {rank} here, {row} there")


def competition(store, workspace):
    releases = [json.loads(line) for line in (workspace / "tenders/releases.jsonl").read_text(encoding="utf-8").splitlines()]
    table = {r["process_id"]: r for r in store.rows("metric.tender_competition")}
    if set(table) != {r["ocid"] for r in releases}:
        fault("tender_competition: other processes")
        return
    years = defaultdict(lambda: {"known": 0, "bids": 0, "single": 0, "bidders": set()})
    seen = {}
    meetings = defaultdict(list)
    for release in releases:
        row, tender = table[release["ocid"]], release["tender"]
        bidders = {t["id"] for b in release["bids"]["details"] for t in b["tenderers"]}
        if (row["bidder_count"], row["is_single_bid"]) != (tender["numberOfTenderers"], len(bidders) == 1):
            fault(f"tender_competition {release['ocid']}: {row}")
        year = years[int(tender["datePublished"][:4])]
        year["known"] += 1
        year["bids"] += tender["numberOfTenderers"]
        year["single"] += tender["numberOfTenderers"] == 1
        year["bidders"] |= bidders
        for bidder in bidders:
            seen[bidder] = min(seen.get(bidder, 9999), int(tender["datePublished"][:4]))
        winner = release["awards"][0]["suppliers"][0]["id"]
        for one in bidders:
            for other in bidders:
                if one < other:
                    meetings[one, other].append((tender["tenderPeriod"]["endDate"], release["ocid"], winner))
    rows = {r["year_number"]: r for r in store.rows("metric.competition_year", where="category_division = 'all'")}
    for number, year in years.items():
        row = rows[number]
        new = sum(seen[b] == number for b in year["bidders"]) if number > min(years) else None
        expected = (year["known"], year["bids"], year["single"], len(year["bidders"]), new)
        found = tuple(row[c] for c in ("known_count", "bid_count", "single_bid_count", "bidder_count", "new_bidder_count"))
        if found != expected:
            fault(f"competition_year {number}: {expected} here, {found} there")
    pairs = {(r["bidder_key"], r["other_bidder_key"]): r for r in store.rows("metric.bid_rotation")}
    least = 4
    for pair, met in meetings.items():
        row = pairs.get(pair)
        if (row is not None) != (len(met) >= least):
            fault(f"bid_rotation {pair}: met {len(met)} times, {row}")
        if row is None:
            continue
        turns = [winner for _, _, winner in sorted(met) if winner in pair]
        alternations = sum(a != b for a, b in zip(turns, turns[1:]))
        if (row["shared_tender_count"], row["alternation_count"], row["bidder_win_count"]) != (len(met), alternations, turns.count(pair[0])):
            fault(f"bid_rotation {pair}: {len(met)}, {alternations} here, {row}")
    if not any(r["is_screened"] for r in pairs.values()):
        fault("bid_rotation: the firms that take turns are not found")
    spreads = {r["process_id"]: r for r in store.rows("metric.bid_spread")}
    for release in releases:
        prices = sorted(b["value"]["amount"] for b in release["bids"]["details"] if b["status"] == "valid")
        row = spreads.get(release["ocid"])
        if (row is not None) != (len(prices) >= 3):
            fault(f"bid_spread {release['ocid']}: {len(prices)} prices, {row}")
        if row is None:
            continue
        losing = statistics.stdev(prices[1:])
        distance = (prices[1] - prices[0]) / losing if losing else None
        if not near(row["variation_ratio"], statistics.stdev(prices) / statistics.mean(prices)) or not near(row["relative_distance"], distance):
            fault(f"bid_spread {release['ocid']}: {row}")


def life_cycle(store, workspace):
    """What was invoiced in the first year of use, by the rule of the calculation."""
    for path in sorted((workspace / "lcc").glob("*.toml")):
        plan = tomllib.loads(path.read_text(encoding="utf-8"))["follow_up"]
        rule = plan["rule"][0]
        start = date.fromisoformat(plan["starts_on"])
        lines = store.rows("matched.spend", "covered_on, spend_net, category_code", f"contract_id = '{plan['contract_id']}' and covered_on is not null")
        sums = sum(
            minor(line["spend_net"]) for line in lines
            if line["spend_net"] is not None and start <= line["covered_on"] < start.replace(year=start.year + 1)
            and line["category_code"].startswith(rule["category_prefix"])
        )
        where = f"procurement_id = '{path.stem}' and component_code = '{rule['component']}' and year_number = 1"
        rows = store.rows("metric.life_cycle_follow_up", where=where)
        if not sums or [minor(r["actual_net"]) for r in rows] != [sums]:
            fault(f"life_cycle_follow_up {path.stem}: {sums} here, {rows} there")


def main():
    workspace = Path(sys.argv[2]).resolve()
    store = Store(sys.argv[1])
    total_cost(store)
    key_figures(store)
    competition(store, workspace)
    life_cycle(store, workspace)
    print("\n".join(faults[:40]))


main()
