using System.CommandLine;
using System.Text.Json.Nodes;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>archive diff</c>.</summary>
internal static class DiffCommand
{
    private const string Appeared = "appeared";
    private const string Vanished = "vanished";
    private const string Changed = "changed";
    private const string Unchanged = "unchanged";

    /// <summary>Makes it.</summary>
    public static OfflineCommand Create()
    {
        var before = new Argument<string>("A") { Description = "The first archive's file, or an OCI image's tar or layout folder." };
        var after = new Argument<string>("B") { Description = "The second one's." };
        var showUnchanged = new Option<bool>("--show-unchanged") { Description = "What is the same in both, too." };
        var command = new OfflineCommand(
            "diff",
            "Tells what appeared, vanished and changed between two checkpoints: metadata, processes, their memory, files and sockets by pid and descriptor, "
                + "mounts, changed files. The exit code is 0 when they differ, too.",
            "tree")
        {
            before, after, showUnchanged,
        };
        var limits = new LimitOptions(command);
        command.Does((arguments, cancellationToken) =>
        {
            var a = Read(arguments.GetRequiredValue(before), limits.Read(arguments), cancellationToken);
            var b = Read(arguments.GetRequiredValue(after), limits.Read(arguments), cancellationToken);
            var changes = ArchiveDifference.Sections.ToDictionary(
                static section => section, section => Compare(a[section], b[section], arguments.GetValue(showUnchanged)).ToList());
            return new CommandOutput(
                () => Text(arguments.GetRequiredValue(before), arguments.GetRequiredValue(after), changes), () => TerminalText.Json(Json(changes)));
        });
        return command;
    }

    private static Dictionary<string, Dictionary<string, DifferenceSide>> Read(
        string file, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        using var archive = CheckpointArchive.Open(file, limits);
        return ArchiveDifference.Read(archive, cancellationToken);
    }

    private static IEnumerable<(string Change, string Key, DifferenceSide? Before, DifferenceSide? After)> Compare(
        Dictionary<string, DifferenceSide> a, Dictionary<string, DifferenceSide> b, bool showUnchanged)
    {
        // What vanished stands behind what it stood among.
        foreach (var key in b.Keys.Concat(a.Keys.Where(key => !b.ContainsKey(key))))
        {
            var (before, after) = (a.GetValueOrDefault(key), b.GetValueOrDefault(key));
            var change = before is null ? Appeared
                : after is null ? Vanished
                : JsonNode.DeepEquals(before.Json, after.Json) ? Unchanged : Changed;
            if (showUnchanged || change != Unchanged)
                yield return (change, key, before, after);
        }
    }

    private static string Text(string a, string b, Dictionary<string, List<(string Change, string Key, DifferenceSide? Before, DifferenceSide? After)>> changes)
    {
        var tree = new TextTree(TerminalText.Of($"{a} → {b}"));
        foreach (var section in ArchiveDifference.Sections.Where(section => changes[section].Count > 0))
        {
            var node = tree.Add(section);
            foreach (var (change, key, before, after) in changes[section])
            {
                var name = TerminalText.Of(key);
                node.Add(change switch
                {
                    Appeared => $"+ {name}: {after!.Text}",
                    Vanished => $"- {name}: {before!.Text}",
                    Unchanged => $"= {name}: {after!.Text}",
                    _ => $"~ {name}: {before!.Text} → {after!.Text}",
                });
            }
        }

        return tree.ToString();
    }

    private static JsonObject Json(Dictionary<string, List<(string Change, string Key, DifferenceSide? Before, DifferenceSide? After)>> changes)
    {
        var json = new JsonObject();
        foreach (var section in ArchiveDifference.Sections)
        {
            json[section] = new JsonArray([.. changes[section].Select(static change =>
            {
                var node = new JsonObject { ["change"] = change.Change, ["key"] = change.Key };
                if (change.Before is not null)
                    node["before"] = change.Before.Json.DeepClone();
                if (change.After is not null)
                    node["after"] = change.After.Json.DeepClone();
                return (JsonNode?)node;
            })]);
        }

        return json;
    }
}
