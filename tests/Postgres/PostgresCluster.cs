using System.Diagnostics;
using Npgsql;
using Secronna.Tests.Running;

namespace Secronna.Tests.Postgres;

/// <summary>
/// A real PostgreSQL for tests, in a temporary folder and on loopback, which can be stopped, killed and started again. PostgreSQL
/// refuses to run as root, so for root it runs as the user postgres.
/// </summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private const int MaxConnections = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("secronna-pg-").FullName;
    private readonly string programs = FindPrograms();
    private Process? process;
    private int databases;

    private PostgresCluster() => Port = FreePort.Next();

    public int Port { get; }

    /// <summary>The server's settings as on its command line, <c>name=value</c>. Changes count from the next start.</summary>
    public List<string> Settings { get; } = [];

    /// <summary>The cluster's folder, in which tests can put files for the server, such as certificates.</summary>
    public string Folder => folder;

    public int ProcessId => process!.Id;

    /// <summary>Creates a cluster, starts it and waits until it accepts connections.</summary>
    public static async Task<PostgresCluster> StartNewAsync(params string[] settings)
    {
        var cluster = new PostgresCluster();
        cluster.Settings.AddRange(settings);
        try
        {
            cluster.GiveToServer(cluster.folder);
            await cluster.RunAsync(
                "initdb", "-D", cluster.Data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8");
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the connection string of a database of this cluster.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username=postgres";

    /// <summary>Creates a database, empty or as a copy of a template, and returns its connection string.</summary>
    public async Task<string> NewDatabaseAsync(string? template = null)
    {
        var name = $"t{Interlocked.Increment(ref databases)}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template ?? "template0"}");
        return ConnectionString(name);
    }

    /// <summary>Drops a database, even if there are connections to it.</summary>
    public Task DropAsync(string connectionString) => ExecuteAsync(
        "postgres", $"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    /// <summary>Runs SQL on a connection of its own.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Starts the server and waits until it accepts connections.</summary>
    public async Task StartAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            process = Launch(
                "postgres",
                [
                    "-D", Data, "-p", $"{Port}", "-k", folder, "-c", "listen_addresses=127.0.0.1",
                    "-c", $"max_connections={MaxConnections}", .. Settings.SelectMany(setting => new[] { "-c", setting }),
                ]);
            while (!process.HasExited)
            {
                if (await AcceptsConnectionsAsync())
                {
                    return;
                }

                ThrowIfTooLong(started);
                await Task.Delay(Pause);
            }

            // After a kill the server does not start as long as processes of the old one are left. Tries again until they have
            // ended.
            ThrowIfTooLong(started);
            process.Dispose();
        }
    }

    /// <summary>Stops the server by a fast shutdown: transactions are rolled back and clients disconnected.</summary>
    public async Task StopAsync()
    {
        if (process is { HasExited: false })
        {
            ServerProgram.Signal(process.Id, ServerProgram.Interrupt);
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
    }

    /// <summary>Kills the postmaster with SIGKILL, as a crash would, and waits until its child processes have ended.</summary>
    public async Task KillAsync()
    {
        var children = (await File.ReadAllTextAsync($"/proc/{process!.Id}/task/{process.Id}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Patience);
        var started = Stopwatch.GetTimestamp();
        while (children.Any(child => Directory.Exists("/proc/" + child)))
        {
            ThrowIfTooLong(started);
            await Task.Delay(Pause);
        }
    }

    /// <summary>Makes a file or folder accessible to the user that the server runs as, and to nobody else.</summary>
    public void GiveToServer(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(path, Directory.Exists(path)
            ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            : UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (IsRoot)
        {
            using var chown = Process.Start("chown", ["-R", "postgres:", path]);
            chown.WaitForExit();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(folder, "data");

    private static void ThrowIfTooLong(long started)
    {
        if (Stopwatch.GetElapsedTime(started) > Patience)
        {
            throw new InvalidOperationException("PostgreSQL did not start, or end, in time");
        }
    }

    private async Task<bool> AcceptsConnectionsAsync()
    {
        try
        {
            await ExecuteAsync("postgres", "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        using var run = Launch(program, arguments);
        await run.WaitForExitAsync().WaitAsync(Patience);
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with exit code {run.ExitCode}");
        }
    }

    // The output goes to the file `log` in the folder, which exists as long as the cluster.
    private Process Launch(string program, IEnumerable<string> arguments)
    {
        var quoted = string.Join(' ', arguments.Prepend(Path.Combine(programs, program)).Select(word => $"'{word}'"));
        var command = $"cd '{folder}' && exec {(IsRoot ? "setpriv --reuid=postgres --regid=postgres --init-groups " : "")}{quoted} >>'{folder}/log' 2>&1 </dev/null";
        return Process.Start("/bin/sh", ["-c", command]);
    }

    // Debian has a folder for each version's programs. The newest version is used.
    private static string FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(folder => int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture)).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return folders.Concat(Environment.GetEnvironmentVariable("PATH")!.Split(':'))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is not installed: test.sh installs it");
    }
}
