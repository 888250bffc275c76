using System.Net;
using System.Net.Sockets;

namespace Secronna.EndToEndTests.Running;

/// <summary>Accepts connections on a free port of 127.0.0.1 and serves them concurrently until it is disposed of.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Func<TcpClient, CancellationToken, Task> serve;
    private readonly List<Task> connections = [];
    private readonly Task accepting;

    /// <param name="serve">
    /// Serves one connection, which is closed afterwards. Its I/O errors and its cancellation at the listener's end are ignored.
    /// </param>
    public LoopbackListener(Func<TcpClient, CancellationToken, Task> serve)
    {
        this.serve = serve;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The listener was disposed of.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            await serve(connection, end.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // One side closed the connection, or the listener was disposed of.
        }
    }
}
