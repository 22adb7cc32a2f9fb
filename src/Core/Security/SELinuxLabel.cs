using System.Diagnostics.CodeAnalysis;

namespace CheckpointOperator.Core.Security;

/// <summary>An SELinux context: <c>user:role:type</c>, and a level where the policy has any, such as <c>s0:c12,c34</c>.</summary>
public sealed record SELinuxLabel
{
    private readonly string _text;

    private SELinuxLabel(string text, string[] parts)
    {
        _text = text;
        (User, Role, Type) = (parts[0], parts[1], parts[2]);
        Level = parts.Length > 3 ? parts[3] : null;
    }

    /// <summary>The SELinux user.</summary>
    public string User { get; }

    /// <summary>The role.</summary>
    public string Role { get; }

    /// <summary>The type.</summary>
    public string Type { get; }

    /// <summary>The level or range; null in a policy without one.</summary>
    public string? Level { get; }

    /// <summary>Parses a context.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static SELinuxLabel Parse(string text) =>
        TryParse(text, out var label)
            ? label
            : throw new FormatException($"'{FileSystem.DisplayText.Of(text)}' is no SELinux label; expected user:role:type[:level]");

    /// <summary>Parses a context; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SELinuxLabel? label)
    {
        label = null;
        // The level has colons of its own.
        if (text is null || text.Length > 4096 || text.Split(':', 4) is not { Length: >= 3 } parts || !Array.TrueForAll(parts, IsPart))
            return false;
        label = new SELinuxLabel(text, parts);
        return true;
    }

    /// <summary>The context as text.</summary>
    public override string ToString() => _text;

    private static bool IsPart(string part) =>
        part.Length > 0 && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ',' or ':' or '$');
}
