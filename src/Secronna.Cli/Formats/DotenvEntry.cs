namespace Secronna.Cli.Formats;

/// <summary>A key and its value in a dotenv file, and the number of the line that contains the key, from 1.</summary>
internal sealed record DotenvEntry(string Key, string Value, int Line)
{
    /// <summary>Contains the line's number and nothing of its text.</summary>
    public override string ToString() => $"line {Line}";
}
