package dev.cenote.errorprone;

import com.google.errorprone.VisitorState;
import com.google.errorprone.util.ASTHelpers;
import com.sun.source.tree.ArrayAccessTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import com.sun.tools.javac.code.Symbol;
import com.sun.tools.javac.code.Symbol.VarSymbol;
import com.sun.tools.javac.code.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the body of one try statement and tells what leaves it.
 */
final class EscapeScanner extends TreeScanner<Void, Void> {

    private static final Set<String> STORES =
        Set.of("add", "addFirst", "addLast", "offer", "offerFirst", "offerLast", "push", "put", "putIfAbsent", "set", "replace");
    private static final List<String> COLLECTIONS = List.of("java.util.Collection", "java.util.Map");
    private static final List<String> RUNNERS = List.of("java.util.concurrent.Executor", "java.lang.Thread",
        "java.lang.Thread.Builder", "java.util.concurrent.CompletableFuture", "java.util.Timer");
    /** A body that calls one of these is taken to wait for what it started. */
    private static final Set<String> WAITS = Set.of("join", "get", "await", "awaitTermination", "invokeAll", "invokeAny");

    /** One way out: where, and what to tell. */
    record Escape(Tree where, String text) {
    }

    private final TryTree statement;
    private final VisitorState state;
    private final Consumer<Escape> report;
    /** Owners, and local variables that hold views of theirs. */
    private final Set<VarSymbol> held;
    private final Set<VarSymbol> declaredInside = new HashSet<>();
    private boolean waits;
    private int lambdas;

    EscapeScanner(TryTree statement, Set<VarSymbol> owners, VisitorState state, Consumer<Escape> report) {
        this.statement = statement;
        this.state = state;
        this.report = report;
        this.held = new HashSet<>(owners);
        this.declaredInside.addAll(owners);
    }

    void scan() {
        new TreeScanner<Void, Void>() {
            @Override
            public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void unused) {
                waits |= WAITS.contains(ASTHelpers.getSymbol(call).getSimpleName().toString())
                    && isOneOf(ASTHelpers.getReceiverType(call), List.of("java.lang.Thread", "java.util.concurrent.Future",
                        "java.util.concurrent.CountDownLatch", "java.util.concurrent.CyclicBarrier",
                        "java.util.concurrent.Executor"));
                return super.visitMethodInvocation(call, unused);
            }
        }.scan(statement.getBlock(), null);
        scan(statement.getBlock(), null);
    }

    private void tell(Tree where, VarSymbol from, String how) {
        report.accept(new Escape(where, "'" + from.getSimpleName() + "' is closed at the end of this try statement, but "
            + how + "; hand the owner on instead of closing it here, or copy the bytes"));
    }

    /** Whose memory an expression holds on to: that of a view, or that of what a lambda captures. */
    private @Nullable VarSymbol held(@Nullable Tree expression) {
        Tree bare = expression;
        while (bare instanceof ParenthesizedTree inner) {
            bare = inner.getExpression();
        }
        if (bare instanceof LambdaExpressionTree lambda) {
            return captured(lambda.getBody());
        }
        if (bare instanceof NewClassTree made && made.getClassBody() != null) {
            return captured(made.getClassBody());
        }
        if (bare instanceof MemberReferenceTree reference) {
            return Memory.source(reference.getQualifierExpression(), held, state);
        }
        return Memory.source(expression, held, state);
    }

    private @Nullable VarSymbol captured(Tree body) {
        VarSymbol[] found = new VarSymbol[1];
        new TreeScanner<Void, Void>() {
            @Override
            public @Nullable Void visitIdentifier(IdentifierTree name, @Nullable Void unused) {
                VarSymbol variable = Memory.variable(name);
                if (variable != null && held.contains(variable)) {
                    found[0] = variable;
                }
                return null;
            }
        }.scan(body, null);
        return found[0];
    }

    @Override
    public @Nullable Void visitVariable(VariableTree tree, @Nullable Void unused) {
        VarSymbol variable = ASTHelpers.getSymbol(tree);
        declaredInside.add(variable);
        if (Memory.isLocal(variable) && held(tree.getInitializer()) != null) {
            held.add(variable);
        }
        return super.visitVariable(tree, unused);
    }

    @Override
    public @Nullable Void visitReturn(ReturnTree tree, @Nullable Void unused) {
        VarSymbol from = lambdas == 0 ? held(tree.getExpression()) : null;
        if (from != null) {
            tell(tree, from, "its memory is returned");
        }
        return super.visitReturn(tree, unused);
    }

    @Override
    public @Nullable Void visitAssignment(AssignmentTree tree, @Nullable Void unused) {
        VarSymbol from = held(tree.getExpression());
        if (from != null) {
            if (outlives(tree.getVariable())) {
                tell(tree, from, "its memory is stored in '" + state.getSourceForNode(tree.getVariable()) + "'");
            } else {
                VarSymbol local = Memory.variable(tree.getVariable());
                if (local != null) {
                    held.add(local);
                }
            }
        }
        return super.visitAssignment(tree, unused);
    }

    /** A field, an element, or a variable that was there before the try statement. */
    private boolean outlives(Tree place) {
        if (place instanceof ArrayAccessTree element) {
            return outlives(element.getExpression());
        }
        if (place instanceof ParenthesizedTree inner) {
            return outlives(inner.getExpression());
        }
        if (place instanceof MemberSelectTree || place instanceof IdentifierTree) {
            Symbol symbol = ASTHelpers.getSymbol(place);
            return symbol instanceof VarSymbol variable && !declaredInside.contains(variable);
        }
        return false;
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void unused) {
        Type receiver = ASTHelpers.getReceiverType(call);
        String method = ASTHelpers.getSymbol(call).getSimpleName().toString();
        if (STORES.contains(method) && isOneOf(receiver, COLLECTIONS)) {
            ExpressionTree collection = ASTHelpers.getReceiver(call);
            for (ExpressionTree argument : call.getArguments()) {
                VarSymbol from = isPrimitive(argument) ? null : held(argument);
                if (from != null && collection != null && outlives(collection)) {
                    tell(call, from, "its memory is stored in '" + state.getSourceForNode(collection) + "'");
                }
            }
        } else if (isOneOf(receiver, RUNNERS)) {
            runs(call, call.getArguments());
        }
        return super.visitMethodInvocation(call, unused);
    }

    private static boolean isPrimitive(ExpressionTree tree) {
        Type type = ASTHelpers.getType(tree);
        return type != null && type.isPrimitive();
    }

    @Override
    public @Nullable Void visitNewClass(NewClassTree tree, @Nullable Void unused) {
        if (isOneOf(ASTHelpers.getType(tree), RUNNERS)) {
            runs(tree, tree.getArguments());
        }
        return super.visitNewClass(tree, unused);
    }

    private void runs(Tree where, List<? extends ExpressionTree> arguments) {
        for (ExpressionTree argument : arguments) {
            boolean isTask = argument instanceof LambdaExpressionTree || argument instanceof MemberReferenceTree
                || argument instanceof NewClassTree;
            VarSymbol from = isTask && !waits ? held(argument) : null;
            if (from != null) {
                tell(where, from, "another thread uses its memory, and nothing here waits for it");
            }
        }
    }

    @Override
    public @Nullable Void visitLambdaExpression(LambdaExpressionTree tree, @Nullable Void unused) {
        lambdas++;
        super.visitLambdaExpression(tree, unused);
        lambdas--;
        return null;
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void unused) {
        lambdas++;
        super.visitClass(tree, unused);
        lambdas--;
        return null;
    }

    private boolean isOneOf(@Nullable Type type, List<String> names) {
        return Memory.isOneOf(type, names, state);
    }
}
