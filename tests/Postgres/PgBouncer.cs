using System.Diagnostics;
using Npgsql;
using Secronna.Tests.Running;

namespace Secronna.Tests.Postgres;

/// <summary>A pooler in transaction mode in front of a cluster on loopback, in a temporary folder of its own.</summary>
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
        // A pool of its own for each database; few connections, so that sessions are shared.
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

    /// <summary>A new pooler, running.</summary>
    public static async Task<PgBouncer> StartAsync(int serverPort)
    {
        var pooler = new PgBouncer(serverPort);
        var started = Stopwatch.GetTimestamp();
        while (!await pooler.TakesConnectionsAsync())
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

    // As root it runs as the user postgres, since it refuses root.
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

    private async Task<bool> TakesConnectionsAsync()
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
