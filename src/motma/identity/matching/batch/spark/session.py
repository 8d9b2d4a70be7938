"""A Spark session that listens to this machine alone, logs nothing and leaves nothing behind."""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from motma.identity.matching.batch.spark.errors import SparkMissing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Packages of the extra that Spark imports when it is used.
_PARTS: Final = ("pyspark", "pandas", "pyarrow")

#: Spark on all cores of this machine.
HERE: Final = "local[*]"

#: Memory of the JVM when Spark runs on this machine, unless SPARK_DRIVER_MEMORY says otherwise.
_MEMORY: Final = "2g"

#: What holds wherever it runs. The log is off: a failing task prints the values it failed on.
_ALWAYS: Final = {
    "spark.app.name": "motma match",
    "spark.eventLog.enabled": "false",
    "spark.io.encryption.enabled": "true",  # of what it spills and shuffles, by a passing key
    "spark.log.level": "OFF",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
#: Log4j's settings for no log at all; without an appender Spark would put in its own.
_SILENT: Final = """\
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
appender.none.type = Null
appender.none.name = none
"""
#: What holds besides on several machines.
_CLUSTER: Final = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
}
#: What holds besides on this machine alone.
_LOCAL: Final = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "32",
}


@contextmanager
def opened(master: str = HERE) -> Iterator["SparkSession"]:
    """A session; what it writes lies in a directory of its own, which is gone afterwards."""
    _check_installed()
    folder = Path(tempfile.mkdtemp(prefix="motma-spark-"))  # mode 0700
    try:
        with _environment(master):
            session = _start(master, folder)
            try:
                yield session
            finally:
                _stop(session)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_installed() -> None:
    """Decline with what to install."""
    for name in _PARTS:
        if find_spec(name) is None:
            raise SparkMissing(name, "pip install 'motma[spark]'")
    java = Path(os.environ.get("JAVA_HOME", ""), "bin", "java")
    if not (shutil.which("java") or java.is_file()):
        raise SparkMissing("java", "apt-get install openjdk-17-jre-headless")


def _start(master: str, folder: Path) -> "SparkSession":
    from pyspark.sql import SparkSession

    local = master.startswith("local")
    silent = folder / "log4j2.properties"
    silent.write_text(_SILENT, encoding="utf-8")
    logging.getLogger("SQLQueryContextLogger").disabled = True  # they print plans and values
    logging.getLogger("DataFrameQueryContextLogger").disabled = True
    java = f"-Djava.io.tmpdir={folder} -XX:-UsePerfData -Dlog4j2.configurationFile={silent}"
    settings = {
        **_ALWAYS,
        **(_LOCAL if local else _CLUSTER),
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", _MEMORY),
        "spark.driver.extraJavaOptions": java,
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        **({"spark.local.dir": str(folder)} if local else {}),
    }
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


@contextmanager
def _environment(master: str) -> Iterator[None]:
    """What Spark reads from nowhere else: the Python of its workers and the address it binds."""
    wanted = {"PYSPARK_PYTHON": os.environ.get("PYSPARK_PYTHON", sys.executable)}
    if master.startswith("local"):
        wanted["SPARK_LOCAL_IP"] = "127.0.0.1"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _stop(session: "SparkSession") -> None:
    """Stop the session and its JVM, which would hold the directory until we exit."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway  # noqa: SLF001 - there is no public way to end the JVM
    session.stop()
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()  # the JVM ends when its input does
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001 - the next starts its own
