using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>Folders that are closed together.</summary>
internal sealed class OpenFolders : IDisposable
{
    private readonly List<RootDirectory> _folders = [];

    /// <summary>Opens them.</summary>
    public OpenFolders(IEnumerable<string>? paths)
    {
        try
        {
            foreach (var path in paths ?? [])
                _folders.Add(RootDirectory.Open(path));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The folders, in the order of their paths.</summary>
    public IReadOnlyList<RootDirectory> Folders => _folders;

    /// <inheritdoc/>
    public void Dispose() => _folders.ForEach(static folder => folder.Dispose());
}
