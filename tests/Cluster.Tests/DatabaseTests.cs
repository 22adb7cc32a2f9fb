namespace CheckpointOperator.Cluster.Tests;

/// <summary>A PostgreSQL goes on in the middle of a transaction.</summary>
public sealed class DatabaseTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    // As nobody, whom every image knows: PostgreSQL does not run as root. The session's client reads from a FIFO that the first process keeps open.
    private const string Script = """
        PATH=$PATH:$(echo /usr/lib/postgresql/*/bin)
        umask 077
        mkfifo /data/session
        initdb --pgdata /data/db --encoding UTF8 --no-locale --auth trust > /data/initdb.log
        postgres -D /data/db -c listen_addresses= -c unix_socket_directories=/data &
        until pg_isready -q -h /data -d postgres; do sleep 0.1; done
        exec 3<> /data/session
        psql -h /data -d postgres -At --no-psqlrc -f - < /data/session > /data/answers &
        wait
        """;

    [Fact]
    public async Task A_transaction_that_was_open_at_the_checkpoint_is_committed_after_the_restore()
    {
        await Cluster.LoadServicesAsync();
        await Namespace.ApplyAsync(RowManifests.Pod(
            "row", RowManifests.ServicesImage, ["sh", "-c", Script], volumes: ", {name: data, emptyDir: {} }", mounts: ", {name: data, mountPath: /data}",
            pod: "securityContext: {runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534}"));
        await Namespace.UntilPodReadyAsync("row");
        await SayAsync("create table notes (backend int, text text); select 'ready';", "ready");
        await SayAsync("begin; insert into notes values (pg_backend_pid(), 'before'); select 'open';", "open");
        Assert.Equal("0", await QueryAsync("select count(*) from notes"));

        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Namespace.RestoreAsync("row", "row");

        Assert.Equal("0", await QueryAsync("select count(*) from notes"));
        await SayAsync("insert into notes values (pg_backend_pid(), 'after'); commit; select 'done';", "done");
        // Both rows, of one and the same session.
        Assert.Equal("after,before|1", await QueryAsync("select string_agg(text, ',' order by text), count(distinct backend) from notes"));
        Assert.Equal("checked", await QueryAsync("checkpoint; create index on notes (text); select 'checked'"));
    }

    // One session's statements; the last one answers with a word.
    private Task<string> SayAsync(string statements, string answer) => Namespace.ExecAsync(
        "row", "sh", "-c", $"until [ -p /data/session ] && [ -e /data/answers ]; do sleep 0.1; done; echo \"{statements}\" > /data/session; until grep -qx {answer} /data/answers; do sleep 0.1; done");

    // Another session's.
    private async Task<string> QueryAsync(string query) =>
        (await Namespace.ExecAsync("row", "psql", "-h", "/data", "-d", "postgres", "-qAt", "--no-psqlrc", "-c", query)).Trim();
}
