using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>
/// Installs the restore runtime on the node and makes CRI-O know it as the handler <c>checkpoint-restore</c> by a drop-in file; and undoes both. CRI-O hands
/// every annotation of a Pod to its containers, and takes our prefix among a handler's <c>allowed_annotations</c> for a mistake.
/// </summary>
/// <param name="processes">Runs CRI-O's program on the node.</param>
/// <param name="host">The node's file system.</param>
/// <param name="options">What to go by.</param>
/// <param name="report">Takes a line for each thing that was done.</param>
public sealed class CriOHandlerInstaller(INodeProcesses processes, RootDirectory host, RuntimeHandlerOptions options, Action<string> report) : IRuntimeHandlerInstaller
{
    private readonly CriO _crio = new(processes, options);
    private readonly WrapperProgram _program = new(host, options);

    private string DropIn => $"{options.CriOConfigFolder}/90-{RuntimeHandlerOptions.Handler}.conf";

    /// <inheritdoc />
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        CriOHandlers before = await _crio.ReadAsync(cancellationToken);
        string? current = NodeFiles.Read(host, DropIn);
        if (current is null && before.Program is { } foreign && foreign != options.InstalledProgram)
        {
            throw new RuntimeHandlerException(
                $"CRI-O's configuration has a handler {RuntimeHandlerOptions.Handler} of somebody else's (runtime_path \"{foreign}\"): " +
                $"give it runtime_path \"{options.InstalledProgram}\", or remove it");
        }
        string? wanted = current is null && before.Program is not null ? null : before.DropIn(options.InstalledProgram);
        // The default handler is another than it was: containers that run are known to the runtime, and the state folder, that they were made with.
        if (current is not null && wanted != current && CountUsers() is > 0 and var users)
        {
            report($"kept {DropIn} as it is: {users} containers were made by it; delete their Pods and run this again");
            return;
        }
        if (_program.Install(before.Runtime))
            report($"installed {options.InstalledProgram}");
        if (wanted == current && before.Program == options.InstalledProgram)
        {
            report($"CRI-O's configuration has the handler {RuntimeHandlerOptions.Handler} already");
            return;
        }
        await ReplaceAsync(current, wanted, handlers => handlers.Program == options.InstalledProgram, cancellationToken);
    }

    /// <inheritdoc />
    public async Task UninstallAsync(CancellationToken cancellationToken)
    {
        // A CRI-O that starts and finds no handler for a container forgets the container, so the drop-in stays as long as the program.
        int users = CountUsers();
        if (users > 0)
        {
            report($"kept {options.InstalledProgram} and {DropIn}: {users} containers were made by it; delete their Pods and run this again");
            return;
        }
        if (_program.Remove())
            report($"removed {options.InstalledProgram}");

        // Last: it cuts the `kubectl exec` that this may run in, and its caller goes on to delete the agent.
        if (NodeFiles.Read(host, DropIn) is { } current)
            await ReplaceAsync(current, null, handlers => handlers.Program is null, cancellationToken);
    }

    private async Task ReplaceAsync(string? current, string? wanted, Func<CriOHandlers, bool> isWanted, CancellationToken cancellationToken)
    {
        Put(wanted);
        try
        {
            await _crio.RestartAsync(isWanted, cancellationToken);
        }
        catch (Exception failure) when (failure is RuntimeHandlerException or TimeoutException)
        {
            Put(current);
            report("CRI-O did not take the new configuration: the old one is in place again");
            await _crio.RestartAsync(_ => true, cancellationToken);
            throw new RuntimeHandlerException(failure.Message, failure) { IsRolledBack = true };
        }
        report("restarted CRI-O");
    }

    private void Put(string? text)
    {
        if (NodeFiles.Write(host, DropIn, text))
            report(text is null ? $"removed {DropIn}" : $"wrote {DropIn}");
    }

    private int CountUsers()
    {
        RelativePath containers = RelativePath.Parse(options.CriORunRoot).Append("overlay-containers");
        return host.Exists(containers) ? host.List(containers).Count(container => Uses(container.Path.Append("userdata"))) : 0;
    }

    private bool Uses(RelativePath bundle)
    {
        try
        {
            using RootDirectory folder = host.OpenDirectory(bundle);
            return ConmonArguments.Read(host, folder)?.Runtime == options.InstalledProgram;
        }
        catch (FileSystemException gone) when (gone.IsNotFound)
        {
            return false; // a layer that is no container, or one that went meanwhile
        }
    }
}
