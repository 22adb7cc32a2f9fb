using System.Text.Json;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// One work folder for each checkpoint under way, with a journal entry on disk before its container is frozen: an agent that starts finds there
/// what an earlier one left frozen.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where work folders are.</param>
public sealed class CheckpointJournal(NodeRoot node, IOptions<AgentOptions> options)
{
    private const string Prefix = "checkpoint-";
    private const int MaximumEntry = 64 * 1024;
    private static readonly RelativePath EntryFile = RelativePath.Parse("journal.json");

    /// <summary>Path of a checkpoint's work folder on the node. It stands in the dump's command line, which is how the dump is found again.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    public string FolderOf(string uid) => $"{options.Value.Work}/{NameOf(uid)}";

    /// <summary>Makes an empty work folder and writes the entry into it, on disk before this returns.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The folder.</returns>
    public RootDirectory Begin(CheckpointJournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        End(entry.Uid);
        RootDirectory folder = node.MakeDirectory(FolderOf(entry.Uid));
        folder.WriteFileAtomically(EntryFile, JsonSerializer.SerializeToUtf8Bytes(entry, EnginesJson.Default.CheckpointJournalEntry));
        return folder;
    }

    /// <summary>Removes a checkpoint's work folder and with it its entry.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    public void End(string uid)
    {
        using RootDirectory work = node.MakeDirectory(options.Value.Work);
        work.RemoveTree(NameOf(uid));
    }

    /// <summary>The entries that are there. A folder without one holds nothing that was frozen.</summary>
    public IReadOnlyList<CheckpointJournalEntry> Read()
    {
        using RootDirectory work = node.MakeDirectory(options.Value.Work);
        var entries = new List<CheckpointJournalEntry>();
        // Large restores have their folders here, too.
        foreach (DirectoryEntry folder in work.List().Where(folder => folder.Path.Name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            RelativePath file = folder.Path.Append(EntryFile.Name);
            if (work.Exists(file) && JsonSerializer.Deserialize(work.ReadFile(file, MaximumEntry), EnginesJson.Default.CheckpointJournalEntry) is { } entry)
                entries.Add(entry);
        }
        return entries;
    }

    /// <summary>Removes folders without an entry: an agent was killed while it made one, or removed it. Only before any checkpoint is taken.</summary>
    public void RemoveUnused()
    {
        using RootDirectory work = node.MakeDirectory(options.Value.Work);
        foreach (DirectoryEntry folder in work.List().Where(folder => folder.Path.Name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (!work.Exists(folder.Path.Append(EntryFile.Name)))
                work.RemoveTree(folder.Path);
        }
    }

    private static RelativePath NameOf(string uid) => Guid.TryParseExact(uid, "D", out Guid parsed)
        ? RelativePath.Parse($"{Prefix}{parsed:D}")
        : throw new ArgumentException($"'{uid}' is no UID", nameof(uid));
}
