using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Completion;
using CheckpointOperator.Plugin.Output;
using CheckpointOperator.Plugin.Pulling;
using CheckpointOperator.Plugin.Waiting;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>pull</c>.</summary>
internal static class PullCommand
{
    private const string SystemNamespace = "checkpoint-operator-system";
    // Without anything new between them.
    private const int Interruptions = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Argument<string> name = new("CHECKPOINT") { Description = "The ContainerCheckpoint.", HelpName = "CHECKPOINT" };
        name.CompletionSources.Add(NameCompletions.Of(cluster, ResourceKind.Checkpoint));
        Argument<string?> file = new("FILE") { Description = "The file to write. Defaults to CHECKPOINT.tar here.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> force = new("--force", "-f") { Description = "Overwrite FILE." };
        Option<string> system = new("--system-namespace") { Description = $"The agents' namespace, where the reading Pod runs. Defaults to {SystemNamespace}.", HelpName = "NAMESPACE", DefaultValueFactory = static _ => SystemNamespace };
        Option<string?> image = new("--image") { Description = "An image with checkpoint-agent. Defaults to that of the node's agent.", HelpName = "IMAGE" };
        Option<string> timeout = WaitOptions.Timeout("--timeout");
        timeout.Description = "After which the reading Pod ends and the pull fails, such as 30m. Defaults to 1h.";
        timeout.DefaultValueFactory = static _ => "1h";
        Command command = new("pull", "Copies an archive from its node to a file here and verifies its digest. Needs the right to run Pods with a hostPath.") { name, file, force, system, image, timeout };
        OutputOption output = new(command, isTable: false);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using Cluster connected = cluster.Connect(arguments);
            IReadOnlyList<Query> queries = Query.Parse([arguments.GetRequiredValue(name)], ResourceKind.Checkpoint, connected.Namespace, selector: null, lists: false);
            ApiObject value = (await connected.ReadAsync(queries[0], cancellationToken))[0];
            V1Alpha1ContainerCheckpoint checkpoint = Pullable(value);
            ArchiveStatus archive = checkpoint.Status.Archive!;
            string path = arguments.GetValue(file) ?? $"{value.Name}.tar{Extension(archive.Compression)}";
            if (Directory.Exists(path))
                path = Path.Combine(path, $"{value.Name}.tar{Extension(archive.Compression)}");
            if (File.Exists(path) && !arguments.GetValue(force))
                throw new CommandFailedException($"there is a file {path}: name another one, or overwrite it with --force");

            await using ArchiveDownload download = new(path);
            TimeSpan limit = WaitOptions.Read(arguments, timeout);
            using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            time.CancelAfter(limit);
            try
            {
                await using ReaderPod pod = await ReaderPod.StartAsync(connected, arguments.GetRequiredValue(system), checkpoint, arguments.GetValue(image), limit, time.Token);
                await ReceiveAsync(connected, pod, archive, download, time.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CommandFailedException($"timed out after {Quantities.Duration(limit)}, with {download.Length} of {archive.SizeBytes} bytes; raise --timeout", ExitCode.TimedOut);
            }

            download.Complete(archive.Digest!, arguments.GetValue(force));
            if (output.IsDefault(arguments))
                Console.Out.WriteLine($"{value.Reference} pulled to {path} ({Quantities.Bytes(download.Length)}, {archive.Digest})");
            else if (output.IsName(arguments))
                Console.Out.WriteLine(path);
            else
                output.PrintJson(arguments, new JsonObject { ["file"] = path, ["sizeBytes"] = download.Length, ["digest"] = archive.Digest });
            return ExitCode.Done;
        });
        return command;
    }

    private static V1Alpha1ContainerCheckpoint Pullable(ApiObject value)
    {
        if (value.Kind != ResourceKind.Checkpoint)
            throw new CommandFailedException($"{value.Reference} has no archive: a ContainerCheckpoint's name is expected", ExitCode.Usage);
        V1Alpha1ContainerCheckpoint checkpoint = value.As<V1Alpha1ContainerCheckpoint>();
        return checkpoint.Status is { NodeName: not null, Archive: { Path: not null, Digest: not null, SizeBytes: not null } } && value.Condition(ConditionTypes.Ready, "status") == Conditions.True
            ? checkpoint
            : throw new CommandFailedException(
                $"{value.Reference} has no archive to pull: it is {value.Phase ?? "not taken up by the operator yet"}{(value.Condition(ConditionTypes.Ready, "message") is { } message ? $": {message}" : string.Empty)}");
    }

    private static async Task ReceiveAsync(Cluster cluster, ReaderPod pod, ArchiveStatus archive, ArchiveDownload download, CancellationToken cancellationToken)
    {
        using ProgressBar bar = new();
        double total = archive.SizeBytes!.Value;
        for (int interruptions = 0; ;)
        {
            long before = download.Length;
            string[] command = [ReaderPod.Program, "archive", "export", ReaderPod.ArchivePath, "--offset", before.ToString(CultureInfo.InvariantCulture)];
            bool isWhole = await PodExec.RunAsync(cluster, pod, command, Take, cancellationToken);
            // A program may have ended well, and the last of what it wrote be lost with the connection.
            if (download.Length >= archive.SizeBytes)
                return;
            interruptions = download.Length > before ? 0 : interruptions + 1;
            // An API server that starts again, or a way to it that is changed, takes a while.
            if (interruptions is > 0 and < Interruptions)
                await Task.Delay(Pause * interruptions, cancellationToken);
            if (interruptions >= Interruptions)
                throw new CommandFailedException($"the connection to the Pod was lost {Interruptions} times{(isWhole ? ", or the archive is shorter than its status says" : string.Empty)}, with {download.Length} of {archive.SizeBytes} bytes; try again");
        }

        async ValueTask Take(ReadOnlyMemory<byte> bytes, CancellationToken token)
        {
            await download.WriteAsync(bytes, token);
            double rate = download.Length / Math.Max(0.1, bar.Elapsed.TotalSeconds);
            bar.Set(download.Length / total, $"{Quantities.Bytes(download.Length)} of {Quantities.Bytes(total)}, {Quantities.Bytes(rate)}/s");
        }
    }

    private static string Extension(string? compression) => compression switch
    {
        "gzip" => ".gz",
        "zstd" => ".zst",
        "bzip2" => ".bz2",
        "xz" => ".xz",
        _ => string.Empty,
    };
}
