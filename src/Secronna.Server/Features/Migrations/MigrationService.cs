using Secronna.Server.Trail;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Migrations;

/// <summary>Brings databases to the schema of this program.</summary>
internal static class MigrationService
{
    /// <summary>What the migrations do in code. Only databases of older programs have anything to do in it.</summary>
    /// <param name="progress">Receives descriptions of the progress.</param>
    public static MigrationStep Step(Action<string> progress) => TrailMigration.Step(TimeProvider.System, progress);

    /// <summary>Applies the migrations that a database lacks.</summary>
    /// <inheritdoc cref="Migrator.ApplyAsync(DatabaseEngine, MigrationStep)"/>
    /// <param name="engine">The database's engine.</param>
    /// <param name="progress">Receives descriptions of the progress.</param>
    public static async Task<IReadOnlyList<Migration>> ApplyAsync(DatabaseEngine engine, Action<string> progress) =>
        await Migrator.ApplyAsync(engine, Step(progress));
}
