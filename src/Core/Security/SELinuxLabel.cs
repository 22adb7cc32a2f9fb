using System.Diagnostics.CodeAnalysis;
using System.Text;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Security;

/// <summary>
/// An SELinux context: <c>user:role:type</c>, and a level or range where the policy has any, such as <c>s0:c12,c34</c> or <c>s0-s15:c0.c1023</c>. Checked
/// for what no policy takes; whether the loaded policy knows its names, the kernel says when the label is set. Two labels are equal when the kernel
/// holds them for the same: <c>s0:c2,c1</c> is <c>s0:c1,c2</c>.
/// </summary>
public sealed record SELinuxLabel
{
    /// <summary>Longest label in bytes: with its NUL a page, which is what /proc/PID/attr and selinuxfs take.</summary>
    internal const int MaxLength = 4095;

    private readonly string _text;
    private readonly string _canonical;

    private SELinuxLabel(string text, string[] parts, SELinuxLevel? level)
    {
        _text = text;
        (User, Role, Type, Level) = (parts[0], parts[1], parts[2], parts.ElementAtOrDefault(3));
        _canonical = level is null ? text : $"{User}:{Role}:{Type}:{level}";
    }

    /// <summary>The SELinux user.</summary>
    public string User { get; }

    /// <summary>The role.</summary>
    public string Role { get; }

    /// <summary>The type.</summary>
    public string Type { get; }

    /// <summary>The level or range, as it was written; null in a policy without one.</summary>
    public string? Level { get; }

    /// <summary>Parses a context.</summary>
    /// <exception cref="FormatException">The text is none; the message says what of it is wrong.</exception>
    public static SELinuxLabel Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, out var fault)
            ?? throw new FormatException($"'{DisplayText.Of(text)}' is no SELinux label ({DisplayText.Of(fault!)}); expected user:role:type[:level], such as system_u:object_r:container_file_t:s0:c1,c2");
    }

    /// <summary>Parses a context; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SELinuxLabel? label)
    {
        label = text is null ? null : Read(text, out _);
        return label is not null;
    }

    /// <summary>Whether the kernel holds both for the same label.</summary>
    public bool Equals(SELinuxLabel? other) => other is not null && _canonical == other._canonical;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_canonical);

    /// <summary>The context as it was written.</summary>
    public override string ToString() => _text;

    /// <summary>The label as the attribute <c>security.selinux</c> holds it and /proc/PID/attr tells it: a NUL may end it. Null when it is none.</summary>
    internal static SELinuxLabel? FromAttribute(ReadOnlySpan<byte> value)
    {
        if (value.EndsWith((byte)0))
            value = value[..^1];
        // Latin-1 keeps each byte a character of its own; none above ASCII is in a label.
        return Read(Encoding.Latin1.GetString(value), out _);
    }

    /// <summary>The label as the kernel stores it, with its NUL.</summary>
    internal byte[] ToAttribute() => [.. Encoding.ASCII.GetBytes(_text), 0];

    private static SELinuxLabel? Read(string text, out string? fault)
    {
        if (text.Length > MaxLength)
        {
            fault = $"it has {text.Length} characters, more than {MaxLength}";
            return null;
        }

        // The level has colons of its own.
        var parts = text.Split(':', 4);
        if (parts.Length < 3)
        {
            fault = $"it has {parts.Length} of at least three parts";
            return null;
        }

        foreach (var name in parts.AsSpan(0, 3))
        {
            if (IsName(name))
                continue;
            fault = name.Length == 0 ? "a part is empty" : $"'{name}' is no name in a policy";
            return null;
        }

        fault = null;
        var level = parts.Length > 3 ? SELinuxLevel.Read(parts[3], out fault) : null;
        return fault is null ? new SELinuxLabel(text, parts, level) : null;
    }

    // As the policy compiler takes names (libsepol, cil_verify_name).
    private static bool IsName(string name) =>
        name.Length > 0 && char.IsAsciiLetter(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
