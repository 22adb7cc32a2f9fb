using System.Globalization;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>A range of a user namespace's ids, a line of <c>/proc/PID/uid_map</c> and an element of the OCI runtime-spec's <c>linux.uidMappings</c>.</summary>
/// <param name="Container">First id inside the namespace.</param>
/// <param name="Host">The id outside that it stands for.</param>
/// <param name="Length">Number of ids, 1 or more.</param>
public readonly record struct IdRange(uint Container, uint Host, uint Length)
{
    /// <summary>Reads <c>CONTAINER:HOST:LENGTH</c>, such as <c>0:100000:65536</c>.</summary>
    /// <exception cref="FormatException">It is anything else.</exception>
    public static IdRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        if (parts.Length == 3 && TryParse(parts[0], out var container) && TryParse(parts[1], out var host) && TryParse(parts[2], out var length))
            return new IdRange(container, host, length);
        throw new FormatException($"'{DisplayText.Of(text)}' is no range of ids: CONTAINER:HOST:LENGTH is expected, such as 0:100000:65536");
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Container}:{Host}:{Length}");

    private static bool TryParse(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
