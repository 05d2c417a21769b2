"""Suppliers told apart by spendtrace, Splink and dedupe on the same records in the same run.

    python suppliers.py prepare CORPUS FOLDER     labelled sets in one neutral form: FOLDER/<set>.csv
    cargo bench --bench resolve -- sets FOLDER    spendtrace: FOLDER/<set>.spendtrace.csv
    python suppliers.py peers FOLDER [TOOL]       FOLDER/<set>.<tool>.csv, tool = splink or dedupe
    python suppliers.py measure FOLDER            one table of all that is there

A set is `id,name,street,postcode,truth,half`. Entities are split in two by a hash of their truth: a tool may use the half `dev`
to choose its threshold (and dedupe to learn from); figures are of the half `test`. Each tool writes, for each half and threshold, a cluster
for each record: `half,threshold,id,cluster`. The set british-ledgers has no clusters as truth but pairs: see `measure_pairs`.
Needs splink==5.0.0, dedupe==3.0.3 with BTrees==6.1 (later ones break it), pandas.
"""

import csv
import gzip
import hashlib
import io
import itertools
import json
import os
import random
import re
import sys
import time
import unicodedata
from collections import Counter, defaultdict

THRESHOLDS = {
    "splink": [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999],
    "dedupe": [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95],
}


def half(truth):
    return "test" if hashlib.sha256(truth.encode()).digest()[0] % 2 == 0 else "dev"


def rows_of(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def write(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def prepare(corpus, folder):
    os.makedirs(folder, exist_ok=True)
    at = lambda *parts: os.path.join(corpus, *parts)
    sets = {}
    sets["air-umass"] = [(r["name"], "", "", r["cluster"]) for r in rows_of(at("er-patent-assignees", "air_umass_names.csv"))]
    sets["nber"] = [(r["name"], "", "", r["cluster"]) for r in rows_of(at("er-patent-assignees", "nber_subset_names.csv"))]
    sets["patstat"] = [(r["person_name"], "", "", r["leuven_id"]) for r in rows_of(at("er-patstat-leuven", "patstat_reference.csv"))]
    sets["canada-parents"] = [
        (r["company_name"], "", "", r["parent_company"]) for r in rows_of(at("er-canada-vendor-normalisation", "vendor_normalization_data.csv"))
    ]
    sets["ice-parents"] = sorted({(r["recipient_name"], "", "", r["parent_name"]) for r in rows_of(at("us-ice-awards-parent-company", "freezer.csv"))})
    sets["chicago-sites"] = [
        (r["Site name"], r["Address"], r["Zip"], r["True Id"]) for r in rows_of(at("er-chicago-sites", "csv_example_input_with_true_ids.csv"))
    ]
    for name, rows in sets.items():
        write(os.path.join(folder, name + ".csv"), ["id", "name", "street", "postcode", "truth", "half"], [[i, *r, half(r[3])] for i, r in enumerate(rows)])
    # Names of British ledgers: the truth is which of the buyers' numbers each stands under. All names are clustered at once, as a buyer would.
    names = sorted({r["supplier_name"] for r in rows_of(at("er-uk-supplier-aliases", "supplier_names_by_id.csv.gz"))})
    write(os.path.join(folder, "british-ledgers.csv"), ["id", "name", "street", "postcode", "truth", "half"], [[i, n, "", "", "", "all"] for i, n in enumerate(names)])
    keep = rows_of(at("er-uk-supplier-aliases", "supplier_names_by_id.csv.gz"))
    write(os.path.join(folder, "british-ledgers.numbers"), ["buyer", "id_type", "id", "name"], [[r["buyer"], r["id_type"], r["id"], r["supplier_name"]] for r in keep if not r["flag"]])
    keep = rows_of(at("er-uk-supplier-aliases", "positive_pairs.csv"))
    write(os.path.join(folder, "british-ledgers.pairs"), ["buyer", "id_type", "name_a", "name_b"], [[r["buyer"], r["id_type"], r["name_a"], r["name_b"]] for r in keep if r["differs_after_alnum_lowercase"] == "1"])


# --- the same plain clean-up for both peers -----------------------------------------------------------------------------------

FORMS = set(
    "ltd limited plc llp lp inc incorporated corp corporation co company llc gmbh ag kg bv nv sa srl spa ab hb oy as aps kk kabushiki kaisha ltee limitee "
    "lt the and of de et la le".split()
)


def clean(text):
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("&", " and ")
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", text.replace("'", "").replace(".", "")).split())


def core(text):
    words = [w for w in clean(text).split() if w not in FORMS]
    return " ".join(words) or clean(text)


def prepared(records):
    counts = Counter(w for r in records for w in set(core(r["name"]).split()))
    out = []
    for r in records:
        words = core(r["name"]).split()
        rare = sorted(set(words), key=lambda w: (counts[w], w))
        street = clean(r["street"])
        out.append(
            {
                "unique_id": int(r["id"]),
                "name": core(r["name"]),
                "words": sorted(set(words)),
                "rare1": rare[0] if rare else None,
                "rare2": rare[1] if len(rare) > 1 else None,
                "rare3": rare[2] if len(rare) > 2 else None,
                "start": "".join(words)[:6] or None,
                "street": street or None,
                "postcode": clean(r["postcode"]).replace(" ", "") or None,
            }
        )
    return out


# --- Splink --------------------------------------------------------------------------------------------------------------------


def splink_clusters(records, thresholds, threads=None, timed=None):
    import duckdb
    import pandas as pd
    import splink.comparison_level_library as cll
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink.internals.comparison_library import CustomComparison

    frame = pd.DataFrame(prepared(records))
    if timed is not None:
        timed.append((time.time(), time.process_time()))
    has_address = frame["street"].notna().any()
    shared = "list_unique(list_intersect(words_l, words_r))::double / list_unique(list_concat(words_l, words_r))"
    name = CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.NullLevel("name"),
            cll.ExactMatchLevel("name", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("name", 0.96),
            cll.CustomLevel(f"{shared} >= 0.65"),
            cll.JaroWinklerLevel("name", 0.9),
            cll.CustomLevel(f"{shared} >= 0.45"),
            cll.JaroWinklerLevel("name", 0.82),
            cll.ElseLevel(),
        ],
    )
    rare = CustomComparison(
        output_column_name="rare1",
        comparison_levels=[
            cll.NullLevel("rare1"),
            cll.ExactMatchLevel("rare1", term_frequency_adjustments=True),
            cll.CustomLevel("list_contains(words_r, rare1_l) or list_contains(words_l, rare1_r)"),
            cll.JaroWinklerLevel("rare1", 0.92),
            cll.ElseLevel(),
        ],
    )
    comparisons = [name, rare]
    rules = [block_on("name"), block_on("rare1"), block_on("rare2"), block_on("rare3"), block_on("start"), "l.rare1 = r.rare2", "l.rare2 = r.rare1"]
    if has_address:
        comparisons += [
            CustomComparison(
                output_column_name="street",
                comparison_levels=[cll.NullLevel("street"), cll.ExactMatchLevel("street"), cll.JaroWinklerLevel("street", 0.9), cll.ElseLevel()],
            ),
            CustomComparison(output_column_name="postcode", comparison_levels=[cll.NullLevel("postcode"), cll.ExactMatchLevel("postcode"), cll.ElseLevel()]),
        ]
        rules += [block_on("street"), block_on("postcode", "start")]
    connection = duckdb.connect()
    if threads:
        connection.execute(f"set threads = {threads}")
    api = DuckDBAPI(connection=connection)
    table = api.register(frame)
    settings = SettingsCreator(link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=rules)
    linker = Linker(table, settings, log_level="ERROR")
    if frame["name"].duplicated().any():
        linker.training.estimate_probability_two_random_records_match([block_on("name")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in [block_on("start"), block_on("rare2")] + ([block_on("street")] if has_address else [block_on("rare1")]):
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        except Exception as error:  # a rule without pairs trains nothing
            print("  splink:", str(error)[:120], file=sys.stderr)
    pairs = linker.inference.predict(threshold_match_probability=min(thresholds))
    for threshold in thresholds:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
        frame = found.as_pandas_dataframe()
        yield threshold, dict(zip(frame["unique_id"], frame["cluster_id"]))


# --- dedupe --------------------------------------------------------------------------------------------------------------------


def labelled_pairs(dev, most=(400, 800)):
    """Pairs with their truth from the half that tools may learn from; distinct ones that share a word, which are the harder."""
    rng = random.Random(7)
    by_truth, by_word = defaultdict(list), defaultdict(list)
    for r in dev:
        by_truth[r["truth"]].append(r["id"])
        for word in core(r["name"]).split():
            by_word[word].append(r["id"])
    truth = {r["id"]: r["truth"] for r in dev}
    match = [p for ids in by_truth.values() for p in itertools.islice(itertools.combinations(ids, 2), 200)]
    distinct = [p for ids in by_word.values() if len(ids) <= 60 for p in itertools.islice(itertools.combinations(ids, 2), 50) if truth[p[0]] != truth[p[1]]]
    ids = sorted(truth)
    distinct = distinct[:]
    while len(distinct) < 2 * most[1]:
        a, b = rng.sample(ids, 2)
        if truth[a] != truth[b]:
            distinct.append((a, b))
    rng.shuffle(match)
    rng.shuffle(distinct)
    return match[: most[0]], distinct[: most[1]]


def dedupe_clusters(dev, records, thresholds):
    import dedupe

    fields = [dedupe.variables.String("name"), dedupe.variables.Text("name")]
    if any(r["street"] for r in records):
        fields += [dedupe.variables.String("street", has_missing=True), dedupe.variables.ShortString("postcode", has_missing=True)]
    prepare_one = lambda rs: {r["unique_id"]: {"name": r["name"] or "?", "street": r["street"], "postcode": r["postcode"]} for r in prepared(rs)}
    train, data = prepare_one(dev), prepare_one(records)
    match, distinct = labelled_pairs(dev)
    random.seed(1)
    deduper = dedupe.Dedupe(fields, num_cores=1, in_memory=True)
    pair = lambda p: {"__class__": "tuple", "__value__": [train[int(p[0])], train[int(p[1])]]}
    labels = json.dumps({"match": [pair(p) for p in match], "distinct": [pair(p) for p in distinct]})
    deduper.prepare_training(train, training_file=io.StringIO(labels), sample_size=1500)
    deduper.train(recall=0.95)
    for threshold in thresholds:
        found = {}
        for number, (ids, _) in enumerate(deduper.partition(data, threshold)):
            for i in ids:
                found[i] = number
        yield threshold, found


def peers(folder, only):
    for path in sorted(p for p in os.listdir(folder) if p.endswith(".csv") and p.count(".") == 1):
        records = rows_of(os.path.join(folder, path))
        halves = {h: [r for r in records if r["half"] == h] for h in sorted({r["half"] for r in records})}
        for tool in [only] if only else ["splink", "dedupe"]:
            target = os.path.join(folder, path[:-4] + f".{tool}.csv")
            if os.path.exists(target) or tool == "dedupe" and "dev" not in halves:
                continue
            rows, started = [], time.time()
            for name, part in halves.items():
                clusters = splink_clusters(part, THRESHOLDS[tool]) if tool == "splink" else dedupe_clusters(halves["dev"], part, THRESHOLDS[tool])
                for threshold, found in clusters:
                    rows += [[name, threshold, r["id"], found.get(int(r["id"]), f"alone-{r['id']}")] for r in part]
            write(target, ["half", "threshold", "id", "cluster"], rows)
            print(f"{path[:-4]}: {tool} {time.time() - started:.1f} s", flush=True)


# --- measures ------------------------------------------------------------------------------------------------------------------


def quality(found, truth):
    """Pairwise and B-cubed precision and recall (Bagga and Baldwin 1998) of a partition: {id: cluster}, {id: truth}."""
    size, true_size, both = Counter(), Counter(), Counter()
    for i, cluster in found.items():
        size[cluster] += 1
        true_size[truth[i]] += 1
        both[cluster, truth[i]] += 1
    pairs = lambda n: n * (n - 1) / 2
    right, made, real = (sum(pairs(n) for n in c.values()) for c in (both, size, true_size))
    n = len(found)
    b3 = (sum(m * m / size[c] for (c, _), m in both.items()) / n, sum(m * m / true_size[t] for (_, t), m in both.items()) / n)
    return (right / made if made else 1.0, right / real if real else 1.0), b3


def f1(pr):
    return 2 * pr[0] * pr[1] / (pr[0] + pr[1]) if sum(pr) else 0.0


def read_clusters(path):
    found = defaultdict(dict)
    for r in rows_of(path):
        found[r["half"], float(r["threshold"])][r["id"]] = r["cluster"]
    return found


def measure_pairs(folder, tool, found):
    """Names of one buyer: a link under one number is right, one under two numbers mostly wrong (a buyer enters a firm twice)."""
    records = rows_of(os.path.join(folder, "british-ledgers.csv"))
    ids = {r["name"]: r["id"] for r in records}
    pairs = [r for r in rows_of(os.path.join(folder, "british-ledgers.pairs"))]
    numbers = defaultdict(set)
    strong = defaultdict(set)
    for r in rows_of(os.path.join(folder, "british-ledgers.numbers")):
        numbers[r["buyer"], r["name"]].add(r["id"])
        if r["id_type"] != "buyer_supplier_id":
            strong[r["name"]].add((r["id_type"], r["id"]))
    rows = []
    for (_, threshold), clusters in sorted(found.items()):
        hit = sum(clusters[ids[r["name_a"]]] == clusters[ids[r["name_b"]]] for r in pairs)
        together = defaultdict(list)
        for (buyer, name), own in numbers.items():
            together[buyer, clusters[ids[name]]].append((name, own))
        one = two = other = 0
        for group in together.values():
            if len(group) > 400:
                two += len(group) * (len(group) - 1) // 2
                continue
            for (a, x), (b, y) in itertools.combinations(group, 2):
                if core(a) != core(b):
                    if x & y:
                        one += 1
                    else:
                        two += 1
                        # Different numbers of a public register: false beyond doubt.
                        kinds = lambda n: {k for k, _ in strong[n]}
                        other += bool(strong[a] and strong[b] and kinds(a) & kinds(b) and not strong[a] & strong[b])
        rows.append((threshold, hit / len(pairs), one / max(1, one + two), one, two, other))
    print(f"\nbritish-ledgers, {tool}: threshold, recall of {len(pairs)} pairs, least precision of links of unlike spelling, under one number, under two, under two register numbers")
    for threshold, recall, precision, one, two, other in rows:
        print(f"  {threshold:<8g} {recall:.3f}  {precision:.3f}  {one:>6} {two:>8} {other:>6}")


def measure(folder):
    print(f"{'set':<16} {'tool':<11} {'pairs: at':>9} {'P':>6} {'R':>6} {'F1':>6}   {'B3: at':>8} {'P':>6} {'R':>6} {'F1':>6}   {'at P>=.98 of dev: P':>18} {'R':>6}")
    later = []
    for path in sorted(p for p in os.listdir(folder) if p.endswith(".csv") and p.count(".") == 2):
        name, tool, _ = path.split(".")
        found = read_clusters(os.path.join(folder, path))
        if name == "british-ledgers":
            later.append((tool, found))
            continue
        truth = {r["id"]: r["truth"] for r in rows_of(os.path.join(folder, name + ".csv"))}
        scores = {key: quality(clusters, truth) for key, clusters in found.items()}
        levels = sorted({t for _, t in scores})
        by = lambda value: max(levels, key=lambda t: (value(scores["dev", t]), t))
        at_pairs, at_b3 = by(lambda s: f1(s[0])), by(lambda s: f1(s[1]))
        sure = [t for t in levels if scores["dev", t][0][0] >= 0.98]
        # Of the thresholds that are right on the half to learn from, the one that finds most.
        at_sure = max(sure, key=lambda t: scores["dev", t][0][1]) if sure else levels[-1]
        (p, r), (bp, br), (sp, sr) = scores["test", at_pairs][0], scores["test", at_b3][1], scores["test", at_sure][0]
        print(
            f"{name:<16} {tool:<11} {at_pairs:>9g} {p:6.3f} {r:6.3f} {f1((p, r)):6.3f}   {at_b3:>8g} {bp:6.3f} {br:6.3f} {f1((bp, br)):6.3f}   {sp:18.3f} {sr:6.3f}"
        )
    for tool, found in later:
        measure_pairs(folder, tool, found)


def speed(path, threads):
    """Splink's DuckDB backend on a file `id,name,organisation_number,street,postcode,truth`: seconds and peak memory."""
    import resource

    records = rows_of(path)
    timed = []
    found = dict(splink_clusters(records, [0.95], threads, timed))[0.95]
    # From after the clean-up in Python, which is not Splink's: seconds, and CPU seconds of all threads, which do not hang on what else runs.
    seconds, cpu = time.time() - timed[0][0], time.process_time() - timed[0][1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"splink: {len(records)} records, {seconds:.1f} s, {cpu:.1f} CPU s, peak {peak:.0f} MiB")
    if records and records[0].get("truth"):
        (p, r), (bp, br) = quality({x["id"]: found[int(x["id"])] for x in records}, {x["id"]: x["truth"] for x in records})
        print(f"splink: pairs P {p:.4f} R {r:.4f} F1 {f1((p, r)):.4f}; B3 F1 {f1((bp, br)):.4f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", corpus, folder]:
            prepare(corpus, folder)
        case ["peers", folder, *tool]:
            peers(folder, tool[0] if tool else None)
        case ["measure", folder]:
            measure(folder)
        case ["speed", path, *threads]:
            speed(path, int(threads[0]) if threads else None)
        case _:
            sys.exit(__doc__)
