using System.ComponentModel;
using System.Diagnostics;
using System.Text;

using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.NodeAgent.Interop;

using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>Runs programs of the node.</summary>
/// <param name="logger">Tells what was killed, and why.</param>
/// <param name="init">A process in the node's namespaces.</param>
public sealed partial class NodeProcesses(ILogger<NodeProcesses> logger, int init = NodeProcesses.Init) : INodeProcesses, IDisposable
{
    private const int Init = 1;

    // How long the pipes of a program that has ended are still read: what it left behind may hold them open for ever.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly NodeThread _node = new(init);

    /// <inheritdoc />
    public async Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        cancellationToken.ThrowIfCancellationRequested();
        SessionProcess process;
        try
        {
            process = await Task.Run(() => _node.Start(command), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or Win32Exception or UnauthorizedAccessException)
        {
            return new NodeCommandResult(NodeCommandResult.NotStarted, string.Empty, failure.Message);
        }
        using (process)
            return await FollowAsync(command, process, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _node.Dispose();

    /// <inheritdoc />
    public async Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken)
    {
        long deadline = Stopwatch.GetTimestamp() + (long)(timeLimit.TotalSeconds * Stopwatch.Frequency);
        int count = 0;
        foreach (int pid in PidsNaming(argument))
        {
            using SafeFileHandle pidfd = Libc.pidfd_open(pid);
            // The number may have been given to another process since; the descriptor, once opened, stands for one process for good.
            if (pidfd.IsInvalid || !Names(pid, argument))
                continue;
            count++;
            Log.Awaiting(logger, pid, argument);
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline);
            if (await EndsWithinAsync(pidfd, left, cancellationToken))
                continue;
            Log.Killing(logger, pid, argument, timeLimit.TotalSeconds);
            KillSession(pid);
            if (!await EndsWithinAsync(pidfd, TimeSpan.FromSeconds(10), cancellationToken))
                throw new TimeoutException($"process {pid} ({argument}) does not end even when killed: look at its state on the node");
        }
        return count;
    }

    private static async Task<NodeCommandResult> FollowAsync(NodeCommand command, SessionProcess process, CancellationToken cancellationToken)
    {
        using var drained = new CancellationTokenSource();
        Task<string> output = CaptureAsync(process.Output, command.MaximumOutput, drained.Token);
        Task<string> error = CaptureAsync(process.Error, command.MaximumOutput, drained.Token);
        try
        {
            int exitCode = await process.Ended.WaitAsync(command.TimeLimit, cancellationToken);
            ReapGroup(process.Id);
            drained.CancelAfter(DrainTime);
            return new NodeCommandResult(exitCode, await output, await error);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            process.Kill();
            await process.Ended;
            ReapGroup(process.Id);
            drained.CancelAfter(DrainTime);
            await Task.WhenAll(output, error);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"{command} did not end within {command.TimeLimit.TotalSeconds:0.#} s and was killed");
        }
    }

    // Reads to the end so that the writer never blocks, keeps the start.
    private static async Task<string> CaptureAsync(Stream stream, int maximum, CancellationToken drained)
    {
        byte[] buffer = new byte[4096];
        using var kept = new MemoryStream();
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, drained)) > 0;)
                kept.Write(buffer, 0, (int)Math.Min(read, maximum - kept.Length));
        }
        catch (OperationCanceledException) when (drained.IsCancellationRequested)
        {
            // What was read until now is the output.
        }
        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }

    private static List<int> PidsNaming(string argument)
    {
        var pids = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && pid != Environment.ProcessId && Names(pid, argument))
                pids.Add(pid);
        }
        return pids;
    }

    private static bool Names(int pid, string argument)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(argument, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return false; // it ended meanwhile
        }
    }

    // One thread waits: this happens only after a restart of the agent, for one process at a time.
    private static Task<bool> EndsWithinAsync(SafeFileHandle pidfd, TimeSpan limit, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () =>
            {
                long start = Stopwatch.GetTimestamp();
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    double left = (limit - Stopwatch.GetElapsedTime(start)).TotalMilliseconds;
                    var poll = new Libc.PollDescriptor { fd = (int)pidfd.DangerousGetHandle(), events = Libc.POLLIN };
                    // In steps of a second, so that a cancellation is seen.
                    int ready = Libc.poll(ref poll, 1, (int)Math.Clamp(left, 0, 1000));
                    if (ready > 0)
                        return true;
                    if (ready < 0 && Errno.Last != Errno.EINTR)
                        throw Errno.Exception("poll on a process");
                    if (left <= 0)
                        return false;
                }
            },
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    // CRIU clones some of its children as siblings (CLONE_PARENT), which so are ours, and nobody else reaps them.
    private static void ReapGroup(int leader)
    {
        while (Libc.waitpid(-leader, out _, Libc.WNOHANG | Libc.__WALL) > 0)
        {
        }
    }

    // It was started as leader of its own session and process group.
    private static void KillSession(int pid)
    {
        if (Libc.kill(-pid, Libc.SIGKILL) != 0)
            _ = Libc.kill(pid, Libc.SIGKILL);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Waiting for process {Pid}, started by an earlier agent for {Argument}.")]
        public static partial void Awaiting(ILogger logger, int pid, string argument);

        [LoggerMessage(2, LogLevel.Warning, "Killing process {Pid}, started by an earlier agent for {Argument}: it did not end within {Seconds} s.")]
        public static partial void Killing(ILogger logger, int pid, string argument, double seconds);
    }
}
