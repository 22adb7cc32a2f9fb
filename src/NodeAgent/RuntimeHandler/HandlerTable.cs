using System.Globalization;
using System.Text;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The handler's tables as they stand in a configuration file.</summary>
internal static class HandlerTable
{
    /// <summary>Writes our handler's: all that the model sets, with our program and our annotations.</summary>
    /// <param name="version">The version of the file that they go into.</param>
    /// <param name="model">The handler that an ordinary container would have.</param>
    /// <param name="program">The wrapper's path on the node.</param>
    public static string WriteOwn(long version, TomlTable model, string program)
    {
        TomlTable own = model.Copy();
        own.Set("pod_annotations", new List<object>([.. model.Texts("pod_annotations"), RuntimeHandlerOptions.PodAnnotations]));
        own.Set("options", own.Table("options") ?? new TomlTable());
        own.Table("options")!.Set("BinaryName", program);
        return Write(version, RuntimeHandlerOptions.Handler, own);
    }

    /// <summary>Writes a handler's.</summary>
    public static string Write(long version, string handler, TomlTable table)
    {
        string name = $"plugins.\"{ContainerdConfiguration.RuntimePlugin(version)}\".containerd.runtimes.{TomlTable.Written(handler)}";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"[{name}]\n");
        AppendSet(text, table);
        if (table.Table("options") is { } options)
        {
            text.Append(CultureInfo.InvariantCulture, $"  [{name}.options]\n");
            AppendSet(text, options);
        }
        return text.ToString();
    }

    // The names of what nobody set differ between containerd's versions.
    private static void AppendSet(StringBuilder text, TomlTable table)
    {
        foreach ((string name, object value) in table.Values)
        {
            if (!TomlTable.IsUnset(value) && TomlTable.Written(value) is { } written)
                text.Append(CultureInfo.InvariantCulture, $"    {name} = {written}\n");
        }
    }
}
