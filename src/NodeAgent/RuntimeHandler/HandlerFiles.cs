namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The files of containerd's configuration that an installation writes; null where there is none.</summary>
/// <param name="Config">config.toml.</param>
/// <param name="DropIn">Our own file in the folder that config.toml imports.</param>
internal sealed record HandlerFiles(string? Config, string? DropIn)
{
    private const string OwnConfig = "# Written by checkpoint-agent install-runtime, because this node had no such file.\n";

    /// <summary>The same without anything of ours.</summary>
    public HandlerFiles Plain
    {
        get
        {
            string? rest = Config is null ? null : MarkedBlock.Remove(Config);
            return new HandlerFiles(rest?.StartsWith(OwnConfig, StringComparison.Ordinal) == true && rest.Split('\n') is [_, _, ""] ? null : rest, null);
        }
    }

    /// <summary>The same with the handler's tables at the end of config.toml, which is made if need be.</summary>
    public HandlerFiles WithBlock(string tables, long version) =>
        new(MarkedBlock.Append(Config ?? $"{OwnConfig}version = {version}\n", tables), null);

    /// <summary>The same with the handler's tables in a file of their own.</summary>
    public HandlerFiles WithDropIn(string tables, long version) =>
        this with { DropIn = $"# Written by checkpoint-agent install-runtime; remove with checkpoint-agent uninstall-runtime.\nversion = {version}\n{tables}" };
}
