using System.Text.RegularExpressions;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>A container that conmon, CRI-O's monitor, makes and watches over, with the options that CRI-O gives it.</summary>
internal sealed partial class MonitoredContainer(NodeFixture node, Container container, string program, bool terminal) : IAsyncDisposable
{
    private string Folder => container.Bundle;

    private string Globals => $"--root {Folder}/state";

    /// <summary>Has conmon create it; what conmon reports by its pipe, for which CRI-O waits.</summary>
    public async Task<string> CreateAsync(string options = "") => Pids().Replace(
        await node.RunAsync($"""
            mkdir -p {Folder}/exits {Folder}/sockets
            _OCI_SYNCPIPE=3 conmon {Common()} {(terminal ? "-t" : "")} {options} --exit-dir {Folder}/exits --bundle {Folder} --log-path {Folder}/log --persist-dir {Folder} \
              --conmon-pidfile {Folder}/conmon.pid --container-pidfile {Folder}/pidfile 3>&1 > /dev/null 2> {Folder}/conmon-errors < /dev/null | head -n 1
            """),
        "PID");

    /// <summary>Starts it as CRI-O does.</summary>
    public async Task<int> StartAsync() => (await node.TryAsync($"{program} {Globals} start {container.Id}")).ExitCode;

    /// <summary>Runs a command in it as CRI-O's exec does; what it printed, and what conmon reports.</summary>
    public async Task<string> ExecAsync(string process)
    {
        await File.WriteAllTextAsync(node.PathOf($"{Folder}/process.json"), process);
        CommandResult result = await node.TryAsync($"""
            mkdir -p {Folder}/exec-exits
            _OCI_SYNCPIPE=3 conmon {Common()} --exit-dir {Folder}/exec-exits --sync --exec --exec-process-spec {Folder}/process.json --log-path {Folder}/exec-log \
              --container-pidfile {Folder}/exec-pidfile -T 30 3> {Folder}/report < /dev/null
            code=$?
            cat {Folder}/exec-log {Folder}/report
            rm {Folder}/exec-log
            exit $code
            """);
        return $"{result.ExitCode}\n{Varying(result.Output)}\n{Varying(result.Error)}";
    }

    /// <summary>Its log, without times.</summary>
    public async Task<string> LogAsync() => Varying(await node.RunAsync($"cat {Folder}/log"));

    /// <summary>Waits for its end; the exit code that conmon left.</summary>
    public async Task<string> EndAsync() => await node.RunAsync($"until [ -e {Folder}/exits/{container.Id} ]; do sleep 0.02; done; cat {Folder}/exits/{container.Id}");

    /// <summary>Waits for its log to have a line.</summary>
    public Task UntilLoggedAsync(string line) => node.RunAsync($"until grep -q ' F {line}\r*$' {Folder}/log; do sleep 0.02; done");

    public async Task<string> StatusAsync() => (await node.TryAsync($"{program} {Globals} state {container.Id} | grep '\"status\"'")).Output.Trim();

    // conmon goes with its container.
    public async ValueTask DisposeAsync() => await node.RunAsync($"""
        {program} {Globals} delete --force {container.Id} || true
        while [ -s {Folder}/conmon.pid ] && kill -0 $(cat {Folder}/conmon.pid) 2> /dev/null; do sleep 0.02; done
        rm -rf {Folder}/exits {Folder}/sockets {Folder}/state {Folder}/log {Folder}/conmon.pid
        """);

    private string Common() =>
        $"--cid {container.Id} --cuuid {container.Id} --name {container.Id} --runtime {program} --runtime-arg --root={Folder}/state " +
        $"--socket-dir-path {Folder}/sockets --log-level info";

    private static string Varying(string text) => Times().Replace(Pids().Replace(text, "PID"), "TIME");

    [GeneratedRegex("(?<=\"(data|pid)\": ?)[0-9]{2,}")]
    private static partial Regex Pids();

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)")]
    private static partial Regex Times();
}
