using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>
/// Installs the restore runtime on the node and makes containerd know it as the handler <c>checkpoint-restore</c>; and undoes both.
/// Whatever it writes was read by containerd before, and changed nothing there but the handler.
/// </summary>
public sealed class RuntimeHandlerInstaller : IRuntimeHandlerInstaller
{
    // On /run: a boot restarts containerd anyway.
    internal const string RestartPending = "/run/checkpoint-operator/containerd-restart-pending";

    private readonly RuntimeHandlerOptions _options;
    private readonly RootDirectory _host;
    private readonly Containerd _containerd;
    private readonly WrapperProgram _program;
    private readonly Action<string> _report;

    /// <summary>Makes an installer.</summary>
    /// <param name="processes">Runs containerd's programs on the node.</param>
    /// <param name="host">The node's file system.</param>
    /// <param name="options">What to go by.</param>
    /// <param name="report">Takes a line for each thing that was done.</param>
    public RuntimeHandlerInstaller(INodeProcesses processes, RootDirectory host, RuntimeHandlerOptions options, Action<string> report)
    {
        (_host, _options, _report) = (host, options, report);
        _containerd = new Containerd(processes, host, options);
        _program = new WrapperProgram(host, options);
    }

    private string Backup => _options.ContainerdConfig + ".before-checkpoint-operator";

    /// <inheritdoc />
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        string? config = NodeFiles.Read(_host, _options.ContainerdConfig);
        HandlerFiles plain = new HandlerFiles(config, null).Plain;
        ContainerdConfiguration before = await _containerd.ReadAsync(plain, cancellationToken);
        TomlTable model = before.Model();
        if (_program.Install(model.Table("options")?.Text("BinaryName") is { Length: > 0 } name ? name : "runc"))
            _report($"installed {_options.InstalledProgram}");

        string? dropInPath = DropInPath(plain, before);
        HandlerFiles current = new(config, dropInPath is null ? null : NodeFiles.Read(_host, dropInPath));
        if (current == plain && before.Handler(RuntimeHandlerOptions.Handler) is { } foreign)
        {
            RequireOurProgram(foreign);
            _report($"containerd's configuration has the handler {RuntimeHandlerOptions.Handler} already, written by somebody else");
            await FinishPendingRestartAsync(before, cancellationToken);
            return;
        }

        long version = plain.Config is null ? before.Version : TomlTable.Parse(plain.Config).Number("version") ?? 1;
        HandlerFiles wanted = await ChooseAsync(plain, before, version, dropInPath, cancellationToken);
        if (wanted == current)
        {
            _report($"containerd's configuration has the handler {RuntimeHandlerOptions.Handler} already");
            await FinishPendingRestartAsync(before, cancellationToken);
            return;
        }

        if (plain.Config is not null && wanted.Config != plain.Config)
            NodeFiles.Write(_host, Backup, plain.Config, modeOf: _options.ContainerdConfig);
        await ReplaceAsync(current, wanted, dropInPath, before.Address, cancellationToken);
    }

    /// <inheritdoc />
    public async Task UninstallAsync(CancellationToken cancellationToken)
    {
        string? config = NodeFiles.Read(_host, _options.ContainerdConfig);
        HandlerFiles plain = new HandlerFiles(config, null).Plain;
        ContainerdConfiguration now = await _containerd.ReadAsync(plain, cancellationToken);
        string? dropInPath = DropInPath(plain, now);
        HandlerFiles current = new(config, dropInPath is null ? null : NodeFiles.Read(_host, dropInPath));
        NodeFiles.Remove(_host, Backup);
        int users = _program.CountUsers(now.State);
        if (users > 0)
            _report($"kept {_options.InstalledProgram}: {users} containers were made by it; delete their Pods and run this again");
        else if (_program.Remove())
            _report($"removed {_options.InstalledProgram}");

        // Last: it cuts the `kubectl exec` that this may run in, and its caller goes on to delete the agent.
        if (current == plain)
            await FinishPendingRestartAsync(now, cancellationToken);
        else
            await ReplaceAsync(current, plain, dropInPath, now.Address, cancellationToken);
    }

    // The first way that adds the handler and changes nothing else: containerd's versions merge files, and the tables of one file, differently.
    private async Task<HandlerFiles> ChooseAsync(
        HandlerFiles plain, ContainerdConfiguration before, long version, string? dropInPath, CancellationToken cancellationToken)
    {
        string tables = HandlerTable.WriteOwn(version, before.Model(), _options.InstalledProgram);
        var ways = new List<HandlerFiles>();
        // containerd 1.x replaces a plugin's whole section by an imported file's.
        if (dropInPath is not null)
            ways.Add(plain.WithDropIn(tables, version));
        ways.Add(plain.WithBlock(tables, version));
        // containerd 1.x forgets its own handlers as soon as a file has any.
        ways.Add(plain.WithBlock(string.Concat(Missing(plain, before, version)) + tables, version));

        string? difference = null;
        foreach (HandlerFiles way in ways)
        {
            difference = Differs(before, await _containerd.ReadAsync(way, cancellationToken));
            if (difference is null)
                return way;
        }
        throw new RuntimeHandlerException(
            $"the handler cannot be added to {_options.ContainerdConfig}: {difference}; add these tables yourself and restart containerd:\n{tables}");
    }

    private static IEnumerable<string> Missing(HandlerFiles plain, ContainerdConfiguration before, long version)
    {
        TomlTable? written = TomlTable.Parse(plain.Config ?? "").Table("plugins", ContainerdConfiguration.RuntimePlugin(version), "containerd", "runtimes");
        return before.All.Where(handler => written?.Table(handler.Name) is null && handler.Name != RuntimeHandlerOptions.Handler)
            .Select(handler => HandlerTable.Write(version, handler.Name, handler.Table));
    }

    private string? Differs(ContainerdConfiguration before, ContainerdConfiguration after)
    {
        if (after.Handler(RuntimeHandlerOptions.Handler)?.Table("options")?.Text("BinaryName") != _options.InstalledProgram)
            return "containerd does not see it there";
        return before.Without(RuntimeHandlerOptions.Handler) == after.Without(RuntimeHandlerOptions.Handler)
            ? null
            : "containerd's other settings would change";
    }

    private async Task ReplaceAsync(
        HandlerFiles current, HandlerFiles wanted, string? dropInPath, string address, CancellationToken cancellationToken)
    {
        NodeFiles.Write(_host, RestartPending, "");
        Put(wanted, dropInPath);
        try
        {
            await _containerd.RestartAsync(address, cancellationToken);
        }
        catch (Exception failure) when (failure is RuntimeHandlerException or TimeoutException)
        {
            Put(current, dropInPath);
            if (current.Config == current.Plain.Config)
                NodeFiles.Remove(_host, Backup);
            _report("containerd did not come back with the new configuration: the old one is in place again");
            await _containerd.RestartAsync(address, cancellationToken);
            NodeFiles.Write(_host, RestartPending, null);
            throw new RuntimeHandlerException(failure.Message, failure) { IsRolledBack = true };
        }
        NodeFiles.Write(_host, RestartPending, null);
        _report("restarted containerd");
    }

    private void Put(HandlerFiles files, string? dropInPath)
    {
        if (NodeFiles.Write(_host, _options.ContainerdConfig, files.Config))
            _report($"wrote {_options.ContainerdConfig}");
        if (dropInPath is not null && NodeFiles.Write(_host, dropInPath, files.DropIn))
            _report(files.DropIn is null ? $"removed {dropInPath}" : $"wrote {dropInPath}");
    }

    // An earlier run may have been ended between the writing and the restart.
    private async Task FinishPendingRestartAsync(ContainerdConfiguration configuration, CancellationToken cancellationToken)
    {
        if (!_host.Exists(RelativePath.Parse(RestartPending)))
            return;
        await _containerd.RestartAsync(configuration.Address, cancellationToken);
        NodeFiles.Write(_host, RestartPending, null);
        _report("restarted containerd, which an earlier run had left to do");
    }

    private void RequireOurProgram(TomlTable handler)
    {
        string? program = handler.Table("options")?.Text("BinaryName");
        if (program != _options.InstalledProgram || !handler.Texts("pod_annotations").Contains(RuntimeHandlerOptions.PodAnnotations))
        {
            throw new RuntimeHandlerException(
                $"containerd's configuration has a handler {RuntimeHandlerOptions.Handler} of somebody else's (BinaryName \"{program}\"): " +
                $"give it BinaryName \"{_options.InstalledProgram}\" and pod_annotations [\"{RuntimeHandlerOptions.PodAnnotations}\"], or remove it");
        }
    }

    private string? DropInPath(HandlerFiles plain, ContainerdConfiguration before)
    {
        // A dump of files names the files that were read; the patterns stand in config.toml alone.
        IEnumerable<string> imports = plain.Config is null ? before.Imports : TomlTable.Parse(plain.Config).Texts("imports");
        string? pattern = imports.FirstOrDefault(import => import.EndsWith("/*.toml", StringComparison.Ordinal));
        string? folder = Path.GetDirectoryName(pattern);
        return folder is null ? null : Path.Combine(Path.GetDirectoryName(_options.ContainerdConfig)!, folder, $"{RuntimeHandlerOptions.Handler}.toml");
    }
}
