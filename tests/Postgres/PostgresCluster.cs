using System.Diagnostics;
using Npgsql;
using Secronna.Tests.Running;

namespace Secronna.Tests.Postgres;

/// <summary>
/// A real PostgreSQL of the tests' own, in a temporary folder and on loopback: started, stopped, killed and started again.
/// As root it runs as the user postgres, since PostgreSQL refuses root.
/// </summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private const int MostConnections = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("secronna-pg-").FullName;
    private readonly string programs = FindPrograms();
    private Process? process;
    private int databases;

    private PostgresCluster() => Port = FreePort.Next();

    public int Port { get; }

    /// <summary>Settings of the server, as on its command line: <c>name=value</c>.</summary>
    public List<string> Settings { get; } = [];

    /// <summary>Where certificates and the like can be put for the server to read.</summary>
    public string Folder => folder;

    public int ProcessId => process!.Id;

    /// <summary>A new cluster, running.</summary>
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

    /// <summary>The connection string of a database of this cluster.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username=postgres";

    /// <summary>Makes a database, empty or as the template is, and gives its connection string.</summary>
    public async Task<string> NewDatabaseAsync(string? template = null)
    {
        var name = $"t{Interlocked.Increment(ref databases)}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template ?? "template0"}");
        return ConnectionString(name);
    }

    /// <summary>Drops a database, whoever is still connected to it.</summary>
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

    /// <summary>Starts the server and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            process = Launch(
                "postgres",
                [
                    "-D", Data, "-p", $"{Port}", "-k", folder, "-c", "listen_addresses=127.0.0.1",
                    "-c", $"max_connections={MostConnections}", .. Settings.SelectMany(setting => new[] { "-c", setting }),
                ]);
            while (!process.HasExited)
            {
                if (await TakesConnectionsAsync())
                {
                    return;
                }

                RequirePatience(started);
                await Task.Delay(Pause);
            }

            // After a kill, what is left of the old server's processes must go first.
            RequirePatience(started);
            process.Dispose();
        }
    }

    /// <summary>Stops the server at once but in order: transactions are undone, clients cut off.</summary>
    public async Task StopAsync()
    {
        if (process is { HasExited: false })
        {
            ServerProgram.Signal(process.Id, ServerProgram.Interrupt);
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
    }

    /// <summary>Kills the postmaster with signal 9, as a crash would, and waits until its children have noticed and ended.</summary>
    public async Task KillAsync()
    {
        var children = (await File.ReadAllTextAsync($"/proc/{process!.Id}/task/{process.Id}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Patience);
        var started = Stopwatch.GetTimestamp();
        while (children.Any(child => Directory.Exists("/proc/" + child)))
        {
            RequirePatience(started);
            await Task.Delay(Pause);
        }
    }

    /// <summary>Gives a file or folder to the user that the server runs as, and to nobody else.</summary>
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

    private static void RequirePatience(long started)
    {
        if (Stopwatch.GetElapsedTime(started) > Patience)
        {
            throw new InvalidOperationException("PostgreSQL did not start, or end, in time");
        }
    }

    private async Task<bool> TakesConnectionsAsync()
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

    // Whoever asks for the log finds it in the folder while the server runs.
    private Process Launch(string program, IEnumerable<string> arguments)
    {
        var quoted = string.Join(' ', arguments.Prepend(Path.Combine(programs, program)).Select(word => $"'{word}'"));
        var command = $"cd '{folder}' && exec {(IsRoot ? "setpriv --reuid=postgres --regid=postgres --init-groups " : "")}{quoted} >>'{folder}/log' 2>&1 </dev/null";
        return Process.Start("/bin/sh", ["-c", command]);
    }

    // Debian keeps each version's programs in a folder of its own.
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
