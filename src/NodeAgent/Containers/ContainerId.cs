using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>A container as a Pod's status names it: <c>ENGINE://ID</c>.</summary>
/// <param name="Engine">The container engine's scheme, such as <c>containerd</c> or <c>cri-o</c>.</param>
/// <param name="Id">The container's id in that engine: it becomes a part of paths, so it holds letters and digits only.</param>
public readonly partial record struct ContainerId(string Engine, string Id)
{
    /// <summary>Scheme of containerd's containers.</summary>
    public const string Containerd = "containerd";

    /// <summary>Scheme of CRI-O's containers.</summary>
    public const string CriO = "cri-o";

    /// <summary>Reads a status' <c>containerID</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The container.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out ContainerId id)
    {
        Match match = Form().Match(text ?? string.Empty);
        id = match.Success ? new ContainerId(match.Groups[1].Value, match.Groups[2].Value) : default;
        return match.Success;
    }

    /// <summary>Whether a text may be a container's id.</summary>
    /// <param name="id">The text.</param>
    public static bool IsValid([NotNullWhen(true)] string? id) => id is not null && IdForm().IsMatch(id);

    /// <inheritdoc />
    public override string ToString() => $"{Engine}://{Id}";

    [GeneratedRegex(@"\A([a-z][a-z0-9-]*)://([a-zA-Z0-9]{1,128})\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[a-zA-Z0-9]{1,128}\z")]
    private static partial Regex IdForm();
}
