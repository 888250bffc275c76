namespace Secronna.Server.Features.LogFolders;

/// <summary>What an export wrote.</summary>
/// <param name="Origin">The log.</param>
/// <param name="From">The number of entries that the folder had before.</param>
/// <param name="Size">The number of entries that the folder has now.</param>
/// <param name="NotCovered">The number of later entries, which no checkpoint covers yet. They are not in the folder.</param>
internal sealed record ExportedLog(string Origin, long From, long Size, long NotCovered);
