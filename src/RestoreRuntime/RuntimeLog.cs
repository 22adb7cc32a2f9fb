using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>The runtime's log (--log), of which containerd shows the last error; stderr where none is given, as runc does.</summary>
internal sealed class RuntimeLog(RuntimeInvocation? invocation)
{
    private const int StandardError = 2;

    /// <summary>Appends one error in the format that the log has.</summary>
    public void Error(string message)
    {
        var line = Encoding.UTF8.GetBytes((invocation is { LogsJson: true } ? Json(message) : Text(message)) + '\n');
        try
        {
            using var stream = Open();
            stream.Write(line);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // The caller closed stderr: the exit code is all that is left to tell it by.
        }
    }

    /// <summary>The last message that the runtime itself left in its log, or null.</summary>
    public string? LastMessage()
    {
        if (invocation is not { Log: { Length: > 0 } log } || !File.Exists(log) || File.ReadLines(log).LastOrDefault() is not { } line)
        {
            return null;
        }

        try
        {
            return invocation.LogsJson ? MessageOf(Encoding.UTF8.GetBytes(line)) : line;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return line;
        }
    }

    private static string? MessageOf(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("msg"u8))
            {
                reader.Read();
                return reader.GetString();
            }
        }

        return null;
    }

    private FileStream Open()
    {
        try
        {
            if (invocation is { Log: { Length: > 0 } log })
            {
                return new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be logged there is said where it can.
        }

        return new FileStream(new SafeFileHandle(StandardError, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    }

    private static string Time => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonEncodedText Escaped(string message) => JsonEncodedText.Encode(message, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    private static string Text(string message) => $"time=\"{Time}\" level=error msg=\"{Escaped(message)}\"";

    private static string Json(string message) => $$"""{"level":"error","msg":"{{Escaped(message)}}","time":"{{Time}}"}""";
}
