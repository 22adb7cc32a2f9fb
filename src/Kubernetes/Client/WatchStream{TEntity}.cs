using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>An open watch.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed class WatchStream<TEntity> : IDisposable
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly IDisposable _connection;
    private readonly Stream _stream;
    private readonly string _description;

    internal WatchStream(IDisposable connection, Stream stream, string description)
    {
        _connection = connection;
        _stream = stream;
        _description = description;
    }

    /// <summary>The events, until the server ends the watch.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ApiServerException">The server sent an error, such as 410 for a resourceVersion that is too old.</exception>
    public async IAsyncEnumerable<WatchEvent<TEntity>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader lines = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                ReadResult read = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    ReadOnlySequence<byte> line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (line.Length > 1)
                        yield return Decode(line);
                }
                // A last line without its end was cut off with the connection: the next watch brings it whole.
                if (read.IsCompleted)
                    yield break;
                lines.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await lines.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the watch.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _connection.Dispose();
    }

    private WatchEvent<TEntity> Decode(ReadOnlySequence<byte> line) =>
        WatchEventReader.Read<TEntity>(line.IsSingleSegment ? line.FirstSpan : line.ToArray(), _description);
}
