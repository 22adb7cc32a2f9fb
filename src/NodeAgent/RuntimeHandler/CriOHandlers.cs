using System.Globalization;
using System.Text;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The runtime handlers in CRI-O's configuration, as <c>crio status config</c> prints it.</summary>
internal sealed class CriOHandlers
{
    private readonly TomlTable? _runtime;

    private CriOHandlers(TomlTable configuration) => _runtime = configuration.Table("crio", "runtime");

    /// <summary>Reads it.</summary>
    /// <param name="configuration">The text.</param>
    /// <exception cref="FormatException">It is not TOML.</exception>
    public static CriOHandlers Parse(string configuration) => new(TomlTable.Parse(configuration));

    /// <summary>The program that our handler runs, or null where there is none.</summary>
    public string? Program => _runtime?.Table("runtimes", RuntimeHandlerOptions.Handler)?.Text("runtime_path");

    /// <summary>The runtime behind the handler that an ordinary container would have.</summary>
    /// <exception cref="RuntimeHandlerException">There is none that can restore.</exception>
    public string Runtime => Model() is (var name, var table) && table.Text("runtime_path") is { Length: > 0 } path ? path : Model().Name;

    /// <summary>Our drop-in file: all that the handler of an ordinary container has, with our program.</summary>
    /// <param name="program">The restore runtime's path on the node.</param>
    /// <exception cref="RuntimeHandlerException">There is no such handler.</exception>
    public string DropIn(string program)
    {
        TomlTable own = Model().Table.Copy();
        own.Set("runtime_path", program);
        own.Set("runtime_type", "oci");
        var text = new StringBuilder("# Written by checkpoint-agent install-runtime; remove with checkpoint-agent uninstall-runtime.\n");
        text.Append(CultureInfo.InvariantCulture, $"[crio.runtime.runtimes.{RuntimeHandlerOptions.Handler}]\n");
        foreach ((string name, object value) in own.Values)
        {
            if (!TomlTable.IsUnset(value) && TomlTable.Written(value) is { } written)
                text.Append(CultureInfo.InvariantCulture, $"{name} = {written}\n");
        }
        return text.ToString();
    }

    // The default handler, else runc or crun. CRI-O writes nothing for the type of a runtime that conmon runs, or "oci".
    private (string Name, TomlTable Table) Model()
    {
        string?[] names = [_runtime?.Text("default_runtime"), "runc", "crun"];
        foreach (string name in names.OfType<string>())
        {
            if (_runtime?.Table("runtimes", name) is { } table && table.Text("runtime_type") is null or "" or "oci")
                return (name, table!);
        }
        throw new RuntimeHandlerException(
            "CRI-O has no runtime handler of type oci among its default handler, runc and crun: a restore needs one that runs runc or crun by conmon");
    }
}
