using System.Diagnostics;
using System.Net.Sockets;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>A haproxy process with the shipped configuration. Disposing of it ends it.</summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private readonly Process process;

    private LoadBalancer(Process process, string url) => (this.process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Starts haproxy, with its log in a file, and waits until it accepts connections.</summary>
    public static async Task<LoadBalancer> StartAsync(IReadOnlyDictionary<string, string> addresses, string log)
    {
        // Debian installs haproxy in a folder that only an administrator's PATH contains.
        var program = new[] { "/usr/sbin/haproxy", "/usr/local/sbin/haproxy" }.FirstOrDefault(File.Exists) ?? "haproxy";
        var command = $"exec {program} -f '{DeployFiles.PathOf("three-nodes/haproxy.cfg")}' >'{log}' 2>&1 </dev/null";
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]);
        foreach (var (name, address) in addresses)
        {
            start.Environment[name] = address;
        }

        var balancer = new LoadBalancer(Process.Start(start)!, "http://" + addresses["SECRONNA_BALANCER"]);
        try
        {
            await Until.HoldsAsync("the balancer listens", () => AcceptsConnectionsAsync(addresses["SECRONNA_BALANCER"]));
            return balancer;
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        process.Dispose();
    }

    private static async Task<bool> AcceptsConnectionsAsync(string address)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(System.Net.IPEndPoint.Parse(address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
