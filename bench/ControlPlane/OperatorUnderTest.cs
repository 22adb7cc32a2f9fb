using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>The operator's own program with its own account's rights.</summary>
internal sealed class OperatorUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task _log;
    private readonly CancellationTokenSource _sampling = new();
    private readonly Task _sampler;
    private readonly List<long> _resident = [];

    private OperatorUnderTest(Process process, string logPath)
    {
        _process = process;
        _log = CopyAsync(process.StandardOutput, logPath);
        _sampler = SampleAsync();
    }

    public int Id => _process.Id;

    /// <summary>Whether it ended by itself, as it does when it loses its lease.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>From its start to its first answer that it is ready.</summary>
    public TimeSpan TimeToReady { get; private set; }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public static async Task<OperatorUnderTest> StartAsync(BenchOptions options, string logPath)
    {
        int port = FreePort();
        ProcessStartInfo start = new(options.Operator)
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["KUBECONFIG"] = options.OperatorKubeconfig,
                ["POD_NAMESPACE"] = "checkpoint-operator-system",
                ["CHECKPOINT_OPERATOR_IDENTITY"] = $"bench-{Guid.NewGuid():N}",
                ["CHECKPOINT_OPERATOR_HEALTHPORT"] = $"{port}",
            },
        };
        long began = Stopwatch.GetTimestamp();
        OperatorUnderTest started = new(Process.Start(start)!, logPath);
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        while (!await IsReadyAsync(http))
        {
            if (started._process.HasExited || Stopwatch.GetElapsedTime(began) > Limit)
                throw new InvalidOperationException($"The operator did not become ready within {Limit.TotalSeconds} s; see {logPath}.");
            await Task.Delay(10);
        }
        started.TimeToReady = Stopwatch.GetElapsedTime(began);
        return started;
    }

    /// <summary>The resident bytes since the last call, seen four times a second: their median and the most.</summary>
    public (long Median, long Most) TakeResident()
    {
        lock (_resident)
        {
            long[] sorted = [.. _resident.Append(ProcessUsage.ResidentBytes(Id)).Order()];
            _resident.Clear();
            return (sorted[sorted.Length / 2], sorted[^1]);
        }
    }

    /// <summary>Ends it as the kubelet does, and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sampling.CancelAsync();
        await _sampler;
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _log;
        _process.Dispose();
        _sampling.Dispose();
    }

    private async Task SampleAsync()
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(250));
        try
        {
            while (await timer.WaitForNextTickAsync(_sampling.Token) && !_process.HasExited)
            {
                lock (_resident)
                    _resident.Add(ProcessUsage.ResidentBytes(Id));
            }
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task CopyAsync(StreamReader output, string path)
    {
        await using StreamWriter log = new(path, append: true);
        while (await output.ReadLineAsync() is { } line)
            await log.WriteLineAsync(line);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
