using System.Text.Json;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>One folder for each restore under way: in memory, or on disk for a large archive.</summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where the folders are.</param>
internal sealed class RestoreJournal(NodeRoot node, IOptions<AgentOptions> options)
{
    private const string Prefix = "restore-";
    private const int MaximumEntry = 64 * 1024;
    private static readonly RelativePath EntryFile = RelativePath.Parse("journal.json");

    /// <summary>Path of the folder for a container's restore.</summary>
    /// <param name="containerId">The container.</param>
    /// <param name="archiveBytes">The archive's size, which decides where it is.</param>
    public string FolderFor(string containerId, long archiveBytes)
    {
        if (!ContainerId.IsValid(containerId))
            throw new ArgumentException($"'{containerId}' is no container id", nameof(containerId));
        return $"{PlaceFor(archiveBytes)}/{Prefix}{containerId}";
    }

    /// <summary>Path of a folder for what is unpacked before its container is known. It has no entry: the next agent removes it as it does logs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="archiveBytes">The archive's size, which decides where it is.</param>
    public string FolderAhead(Guid name, long archiveBytes) => $"{PlaceFor(archiveBytes)}/{Prefix}ahead-{name:D}";

    /// <summary>Moves a folder of what was unpacked to where a restore has it, on the same file system.</summary>
    /// <param name="from">Its path.</param>
    /// <param name="to">Its new path, which must not be there.</param>
    public void Move(string from, string to)
    {
        foreach (string place in new[] { options.Value.Restores, options.Value.Work })
        {
            if (!from.StartsWith($"{place}/", StringComparison.Ordinal) || !to.StartsWith($"{place}/", StringComparison.Ordinal))
                continue;
            using RootDirectory parent = node.OpenDirectory(place);
            parent.Rename(RelativePath.Parse(from[(place.Length + 1)..]), RelativePath.Parse(to[(place.Length + 1)..]));
            return;
        }
        throw new ArgumentException($"{from} and {to} are not below one of {options.Value.Restores} and {options.Value.Work}", nameof(to));
    }

    /// <summary>Makes an empty folder with this entry.</summary>
    public RootDirectory Begin(RestoreJournalEntry entry)
    {
        End(entry);
        RootDirectory folder = node.MakeDirectory(entry.Folder);
        Write(folder, entry);
        return folder;
    }

    /// <summary>Writes an entry anew.</summary>
    public void Update(RestoreJournalEntry entry)
    {
        using RootDirectory folder = node.OpenDirectory(entry.Folder);
        Write(folder, entry);
    }

    /// <summary>Removes a restore's folder.</summary>
    public void End(RestoreJournalEntry entry) => node.RemoveTree(entry.Folder);

    /// <summary>Keeps of a failed restore only its logs, which are removed with the next restore of the same object, or when the agent starts.</summary>
    public void KeepLogs(RestoreJournalEntry entry)
    {
        node.RemoveTree($"{entry.Folder}/images");
        node.RemoveTree($"{entry.Folder}/{EntryFile}");
    }

    /// <summary>The entries that are there.</summary>
    public IReadOnlyList<RestoreJournalEntry> Read()
    {
        var entries = new List<RestoreJournalEntry>();
        Visit((parent, folder) =>
        {
            RelativePath file = folder.Append(EntryFile.Name);
            if (parent.Exists(file) && JsonSerializer.Deserialize(parent.ReadFile(file, MaximumEntry), RestoresJson.Default.RestoreJournalEntry) is { } entry)
                entries.Add(entry);
        });
        return entries;
    }

    /// <summary>Removes folders without an entry: logs of failed restores.</summary>
    public void RemoveLogs() => Visit((parent, folder) =>
    {
        if (!parent.Exists(folder.Append(EntryFile.Name)))
            parent.RemoveTree(folder);
    });

    private string PlaceFor(long archiveBytes) => archiveBytes > options.Value.RestoreInMemoryLimit ? options.Value.Work : options.Value.Restores;

    private static void Write(RootDirectory folder, RestoreJournalEntry entry) =>
        folder.WriteFileAtomically(EntryFile, JsonSerializer.SerializeToUtf8Bytes(entry, RestoresJson.Default.RestoreJournalEntry));

    private void Visit(Action<RootDirectory, RelativePath> act)
    {
        foreach (string path in new[] { options.Value.Restores, options.Value.Work })
        {
            using RootDirectory parent = node.MakeDirectory(path);
            foreach (DirectoryEntry folder in parent.List())
            {
                if (folder.Path.Name.StartsWith(Prefix, StringComparison.Ordinal))
                    act(parent, folder.Path);
            }
        }
    }
}
