"""Puts the commands together."""

import typer

from motma.cli import (
    apps,
    audit,
    cards,
    claims,
    claims_desk,
    clients,
    conformance,
    db,
    demo,
    doctor,
    keys,
    match,
    matching,
    people,
    people_import,
    places,
    printing,
    printing_bulk,
    qr,
    qr_draw,
    readers,
    recodes,
    records_import,
    reports,
    rules,
    rules_explain,
    rules_publishing,
    scanning,
    serve,
    simulate,
    snapshots,
    sources,
    valuesets,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="motma: one personal QR per person, shared by every app. Start with `motma demo`.",
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("scan")(scanning.scan)
app.command("match")(match.match)
app.command("doctor")(doctor.doctor)
app.add_typer(people.app, name="people")
app.add_typer(readers.app, name="readers")
app.add_typer(places.app, name="places")
app.add_typer(records_import.app, name="records")
app.add_typer(valuesets.app, name="valuesets")
app.add_typer(matching.app, name="matching")
app.add_typer(claims.app, name="claims")
claims.app.command("why")(claims_desk.why)
claims.app.command("file")(claims_desk.file)
app.add_typer(qr.app, name="qr")
app.add_typer(rules.app, name="rules")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(db.app, name="db")
app.add_typer(simulate.app, name="simulate")
app.add_typer(cards.app, name="cards")
app.add_typer(recodes.app, name="recodes")
app.add_typer(reports.app, name="reports")
app.add_typer(snapshots.app, name="snapshot")
app.add_typer(clients.app, name="clients")
app.add_typer(apps.app, name="apps")
app.add_typer(conformance.app, name="conformance")
app.add_typer(sources.app, name="sources")
app.add_typer(printing.app, name="print")
printing.app.command("commune")(printing_bulk.print_commune)
qr.app.command("draw")(qr_draw.draw)
rules.app.command("explain")(rules_explain.explain)
rules.app.command("show")(rules_explain.show)
rules.app.command("shipped")(rules_explain.list_shipped)
rules.app.command("check")(rules_explain.check)
people.app.command("import")(people_import.import_people)
rules.app.command("draft")(rules_publishing.draft)
rules.app.command("propose")(rules_publishing.propose)
rules.app.command("dry-run")(rules_publishing.dry_run)
rules.app.command("publish")(rules_publishing.publish)
rules.app.command("rollback")(rules_publishing.rollback)
rules.app.command("list")(rules_publishing.list_books)


def main() -> None:
    """The `motma` command."""
    app()
