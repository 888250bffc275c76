using System.Diagnostics;
using Npgsql;
using Secronna.Tests.Running;

namespace Secronna.Tests.Postgres;

/// <summary>PgBouncer in transaction mode in front of a local cluster, with its files in a temporary folder.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("secronna-pgbouncer-").FullName;
    private readonly Process process;

    private PgBouncer(int serverPort)
    {
        Port = FreePort.Next();
        File.WriteAllText(Path.Combine(folder, "users"), "\"postgres\" \"\"\n");
        // Each database has its own pool. The pools are small, so that clients share sessions.
        File.WriteAllText(Path.Combine(folder, "pgbouncer.ini"), $"""
            [databases]
            * = host=127.0.0.1 port={serverPort}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {Port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {folder}/users
            pool_mode = transaction
            max_client_conn = 2000
            default_pool_size = 8
            server_idle_timeout = 5
            logfile = {folder}/log
            """);
        process = Start();
    }

    public int Port { get; }

    /// <summary>Starts a pooler in front of the server on this port, and waits until it accepts connections.</summary>
    public static async Task<PgBouncer> StartAsync(int serverPort)
    {
        var pooler = new PgBouncer(serverPort);
        var started = Stopwatch.GetTimestamp();
        while (!await pooler.AcceptsConnectionsAsync())
        {
            if (pooler.process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                await pooler.DisposeAsync();
                throw new InvalidOperationException("pgbouncer did not start");
            }

            await Task.Delay(Pause);
        }

        return pooler;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    // PgBouncer refuses to run as root, so for root it runs as the user postgres.
    private Process Start()
    {
        var program = File.Exists("/usr/sbin/pgbouncer") ? "/usr/sbin/pgbouncer" : "pgbouncer";
        var user = "";
        if (Environment.UserName == "root")
        {
            using var chown = Process.Start("chown", ["-R", "postgres:", folder]);
            chown.WaitForExit();
            user = "setpriv --reuid=postgres --regid=postgres --init-groups ";
        }

        return Process.Start("/bin/sh", ["-c", $"cd '{folder}' && exec {user}{program} -q pgbouncer.ini >out 2>&1 </dev/null"]);
    }

    private async Task<bool> AcceptsConnectionsAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                $"Host=127.0.0.1;Port={Port};Database=postgres;Username=postgres;Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
