using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace Secronna.UnitTests.Architecture;

/// <summary>A type that uses a type of another folder. Namespaces follow folders (IDE0130), so a namespace is a folder.</summary>
internal sealed record Arrow(IType From, IType To)
{
    public string FromFolder => From.Namespace.FullName;

    public string ToFolder => To.Namespace.FullName;

    public override string ToString() => $"{FromFolder} → {ToFolder}: {From.Name} uses {To.Name}";
}

/// <summary>The folders of a built assembly, with the uses of one folder's types by another folder.</summary>
/// <param name="uses">Every use of a type of another namespace, in this assembly or in any other.</param>
/// <param name="root">The namespace of the project's own folder.</param>
internal sealed class FolderGraph(IReadOnlyList<Arrow> uses, string root)
{
    private readonly IReadOnlyList<Arrow> arrows = [.. uses.Where(arrow => IsIn(root, arrow.To))];

    /// <summary>Every use of a type of another namespace, in this assembly or in any other.</summary>
    public IReadOnlyList<Arrow> Uses => uses;

    /// <summary>The uses between folders of the project.</summary>
    public IReadOnlyList<Arrow> Arrows => arrows;

    /// <summary>Reads a built assembly.</summary>
    public static FolderGraph Of(System.Reflection.Assembly assembly, string root)
    {
        var architecture = new ArchLoader().LoadAssembly(assembly).Build();
        return new FolderGraph(
            [
                .. from type in architecture.Types
                   where IsIn(root, type)
                   from target in type.Dependencies.Select(dependency => dependency.Target).Distinct()
                   where target is not GenericParameter && target.Namespace is not null
                   where target.Namespace.FullName != type.Namespace.FullName
                   select new Arrow(type, target),
            ],
            root);
    }

    /// <summary>Groups of folders that use each other in a circle, each with the arrows between its folders.</summary>
    public List<string> Circles() =>
    [
        .. from circle in StrongComponents()
           where circle.Count > 1
           let inside = arrows.Where(arrow => circle.Contains(arrow.FromFolder) && circle.Contains(arrow.ToFolder))
           select string.Join("\n", inside.DistinctBy(arrow => (arrow.FromFolder, arrow.ToFolder))),
    ];

    private static bool IsIn(string root, IType type) =>
        type.Namespace?.FullName is { } name && (name == root || name.StartsWith(root + ".", StringComparison.Ordinal));

    // Tarjan's algorithm. A component of more than one folder is a circle.
    private List<HashSet<string>> StrongComponents()
    {
        var targets = arrows.ToLookup(arrow => arrow.FromFolder, arrow => arrow.ToFolder);
        var (index, low) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        var stack = new Stack<string>();
        var components = new List<HashSet<string>>();
        foreach (var folder in targets.Select(group => group.Key))
        {
            if (!index.ContainsKey(folder))
            {
                Visit(folder);
            }
        }

        return components;

        void Visit(string folder)
        {
            index[folder] = low[folder] = index.Count;
            stack.Push(folder);
            foreach (var target in targets[folder].Distinct())
            {
                if (!index.TryGetValue(target, out var seen))
                {
                    Visit(target);
                    low[folder] = Math.Min(low[folder], low[target]);
                }
                else if (stack.Contains(target))
                {
                    low[folder] = Math.Min(low[folder], seen);
                }
            }

            if (low[folder] == index[folder])
            {
                components.Add(Pop(folder));
            }
        }

        HashSet<string> Pop(string root)
        {
            var component = new HashSet<string>();
            string folder;
            do
            {
                folder = stack.Pop();
                component.Add(folder);
            }
            while (folder != root);
            return component;
        }
    }
}
