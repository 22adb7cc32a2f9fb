using System.Globalization;
using System.Text;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The handler's tables as they stand in a configuration file.</summary>
internal static class HandlerTable
{
    /// <summary>Writes them: all that the model sets, with our program and our annotations.</summary>
    /// <param name="version">The version of the file that they go into.</param>
    /// <param name="model">The handler that an ordinary container would have.</param>
    /// <param name="program">The wrapper's path on the node.</param>
    public static string Write(long version, TomlTable model, string program)
    {
        string name = $"plugins.\"{ContainerdConfiguration.RuntimePlugin(version)}\".containerd.runtimes.{RuntimeHandlerOptions.Handler}";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"[{name}]\n");
        AppendSet(text, model, except: "pod_annotations");
        List<object> annotations = [.. model.Texts("pod_annotations"), RuntimeHandlerOptions.PodAnnotations];
        text.Append(CultureInfo.InvariantCulture, $"  pod_annotations = {TomlTable.Written(annotations)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  [{name}.options]\n");
        if (model.Table("options") is { } options)
            AppendSet(text, options, except: "BinaryName");
        text.Append(CultureInfo.InvariantCulture, $"  BinaryName = {TomlTable.Written(program)}\n");
        return text.ToString();
    }

    // A dump also shows what nobody set, as empty, zero and false; those names differ between containerd's versions and need not be there.
    private static void AppendSet(StringBuilder text, TomlTable table, string except)
    {
        foreach ((string name, object value) in table.Values)
        {
            if (name != except && value is not ("" or 0L or false or List<object> { Count: 0 }) && TomlTable.Written(value) is { } written)
                text.Append(CultureInfo.InvariantCulture, $"  {name} = {written}\n");
        }
    }
}
